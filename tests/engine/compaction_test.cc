// Compacted topics, as an application sees them: what stays of them, when, and at what cost.

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "../io/temporary_folder.h"
#include "catch.h"
#include "engine/throttle.h"
#include "engine_under_test.h"
#include "restartable_engine.h"
#include "rill/testing/manual_clock.h"

namespace rill::engine {
namespace {

using test::TemporaryFolder;

constexpr absl::Duration kSegment = absl::Seconds(10);
constexpr char kUnlimited[] = "1.7976931348623157E308";

using Configs = std::map<std::string, std::string>;

Configs Compacted(Configs more = {}) {
  more.insert({{"cleanup.policy", "compact"},
               {"segment.ms", std::to_string(absl::ToInt64Milliseconds(kSegment))},
               {"min.cleanable.dirty.ratio", "0"},
               {"file.delete.delay.ms", "0"}});
  return more;
}

Options Manual(testing::ManualClock& clock, std::string_view bytes_per_second = kUnlimited) {
  Options options = ByCaller();
  options.clock = &clock;
  options.configs = {{"log.cleaner.backoff.ms", "1"},
                     {"log.cleaner.io.max.bytes.per.second", std::string(bytes_per_second)}};
  return options;
}

struct Kept {
  std::int64_t offset;
  std::string key;
  std::string value;  // "(none)" of a tombstone
  friend bool operator==(const Kept&, const Kept&) = default;
};

std::vector<Kept> All(const Partition& partition) {
  std::vector<Kept> all;
  for (std::int64_t at = partition.log_start_offset(); at < partition.high_watermark();) {
    const auto records = partition.Read(at);
    INFO(records.status().ToString());
    REQUIRE(records.ok());
    for (const Record& record : *records) {
      const bool is_tombstone = IsNull(record.value());
      all.push_back({record.offset(), std::string(record.key()),
                     is_tombstone ? "(none)" : std::string(record.value())});
    }
    at = records->ranges().front().next_offset;
  }
  return all;
}

// A topic "orders" on a clock that stands still.
struct Topic {
  explicit Topic(const std::string& where, const Configs& configs = Compacted(),
                 std::string_view bytes_per_second = kUnlimited) {
    Options options = Manual(clock, bytes_per_second);
    options.log_sink = said.sink();
    engine = MustOpen(where, options);
    REQUIRE(engine->CreateTopic("orders", {.configs = configs}).ok());
  }

  std::int64_t Put(std::string_view key, std::string_view value) {
    const RecordData record = {.key = key, .value = value};
    auto partition = MustPartition(*engine, "orders");
    const auto appended = partition.Append({&record, 1});
    INFO(appended.status().ToString());
    REQUIRE(appended.ok());
    return appended->base_offset;
  }
  // Ends the segment, and begins the next one with a record of a key of its own.
  void Roll() {
    clock.Advance(kSegment + absl::Milliseconds(1));
    Put("last", "");
  }
  void Maintain(absl::Duration later = absl::Milliseconds(2)) {
    clock.Advance(later);
    engine->RunMaintenance();
  }
  std::vector<Kept> All() { return engine::All(MustPartition(*engine, "orders")); }
  bool HasCompacted() const { return said.Has(LogLevel::kInfo, "is compacted up to"); }

  testing::ManualClock clock;
  Said said;
  std::shared_ptr<LocalEngine> engine;
};

TEST_CASE("A compacted topic keeps the last record of each key, where it was") {
  const TemporaryFolder folder;
  const std::string where = GENERATE(true, false) ? std::string("mem:") : folder.path();
  Topic topic(where);
  std::map<std::string, Kept> last;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = "k" + std::to_string(i % 7);
    const std::string value = "value " + std::to_string(i);
    last[key] = {topic.Put(key, value), key, value};
  }
  topic.Roll();
  topic.Maintain();
  std::vector<Kept> expected;
  for (const auto& [key, kept] : last) expected.push_back(kept);
  std::sort(expected.begin(), expected.end(),
            [](const Kept& a, const Kept& b) { return a.offset < b.offset; });
  expected.push_back({1000, "last", ""});
  CHECK(topic.All() == expected);
  const auto partition = MustPartition(*topic.engine, "orders");
  CHECK(partition.log_start_offset() == 0);
  CHECK(partition.high_watermark() == 1001);
  CHECK_FALSE(topic.said.AnyAbove(LogLevel::kInfo));
}

TEST_CASE("A deleted key is shown as deleted for delete.retention.ms, and then is gone") {
  Topic topic("mem:", Compacted({{"delete.retention.ms", "100000"}}));
  topic.Put("a", "1");
  const std::int64_t tombstone = topic.Put("a", std::string_view());
  topic.Roll();
  topic.Maintain();
  CHECK(topic.All().front() == Kept{tombstone, "a", "(none)"});
  topic.Roll();
  topic.Maintain();
  CHECK(topic.All().front() == Kept{tombstone, "a", "(none)"});
  topic.clock.Advance(absl::Seconds(100));
  topic.Roll();
  topic.Maintain();
  CHECK(topic.All().front().key == "last");
}

TEST_CASE("A log is compacted when its dirty part is above min.cleanable.dirty.ratio") {
  Topic topic("mem:", Compacted({{"min.cleanable.dirty.ratio", "0.6"}}));
  const std::string value(1000, 'v');
  for (int i = 0; i < 10; ++i) topic.Put("k" + std::to_string(i), value);
  topic.Roll();
  topic.Maintain();
  REQUIRE(topic.HasCompacted());
  for (int i = 0; i < 10; ++i) topic.Put("k" + std::to_string(i), value);
  topic.Roll();
  topic.Maintain();
  CHECK(topic.All().size() == 22);  // half of it is dirty
  for (int i = 0; i < 10; ++i) topic.Put("k" + std::to_string(i), value);
  topic.Roll();
  topic.Maintain();
  CHECK(topic.All().size() == 12);
}

TEST_CASE("What is younger than min.compaction.lag.ms is not compacted") {
  Topic topic("mem:", Compacted({{"min.compaction.lag.ms", "60000"}}));
  topic.Put("a", "1");
  topic.Put("a", "2");
  topic.Roll();
  topic.Maintain();
  CHECK(topic.All().size() == 3);
  topic.Maintain(absl::Seconds(60));
  CHECK(topic.All().size() == 2);
}

TEST_CASE("What is older than max.compaction.lag.ms is compacted, whatever the ratio") {
  Topic topic("mem:", Compacted({{"max.compaction.lag.ms", "60000"},
                                 {"segment.ms", "86400000"},
                                 {"min.cleanable.dirty.ratio", "1"}}));
  topic.Put("a", "1");
  topic.Put("a", "2");
  topic.Maintain(absl::Seconds(59));
  CHECK(topic.All().size() == 2);
  // The segment is ended by its age, without another record.
  topic.Maintain(absl::Minutes(5));
  topic.Maintain(absl::Minutes(5));
  CHECK(topic.All() == std::vector<Kept>{{1, "a", "2"}});
}

TEST_CASE("With compact,delete the old is deleted, and what is left compacted") {
  Topic topic("mem:", Compacted({{"cleanup.policy", "compact,delete"}, {"retention.ms", "60000"}}));
  topic.Put("a", "1");
  topic.Put("a", "2");
  topic.Roll();
  topic.Maintain();
  CHECK(topic.All().size() == 2);
  topic.Maintain(absl::Minutes(5));
  CHECK(topic.All().empty());
}

TEST_CASE("A topic that becomes compacted is compacted, and one that is no longer is left") {
  Topic topic("mem:", Compacted({{"cleanup.policy", "delete"}}));
  topic.Put("a", "1");
  topic.Put("a", "2");
  topic.Roll();
  topic.Maintain();
  CHECK(topic.All().size() == 3);
  REQUIRE(topic.engine->AlterTopicConfigs("orders", {{"cleanup.policy", "compact"}}).ok());
  topic.Maintain();
  CHECK(topic.All().size() == 2);
  REQUIRE(topic.engine->AlterTopicConfigs("orders", {{"cleanup.policy", "delete"}}).ok());
  topic.Put("last", "again");
  topic.Roll();
  topic.Maintain();
  CHECK(topic.All().size() == 4);
}

TEST_CASE("With log.cleaner.enable=false nothing is compacted") {
  testing::ManualClock clock;
  Options options = Manual(clock);
  options.configs["log.cleaner.enable"] = "false";
  const auto engine = MustOpen("mem:", options);
  REQUIRE(engine->CreateTopic("orders", {.configs = Compacted()}).ok());
  const auto partition = MustPartition(*engine, "orders");
  for (int i = 0; i < 3; ++i) {
    REQUIRE(AppendOne(partition, "x").ok());
    clock.Advance(kSegment * 2);
    engine->RunMaintenance();
  }
  CHECK(All(partition).size() == 3);
}

TEST_CASE("Few keys that are written over and over take little space") {
  const TemporaryFolder folder;
  Topic topic(
      folder.path(),
      {{"cleanup.policy", "compact"}, {"segment.bytes", "1048576"}, {"file.delete.delay.ms", "0"}});
  const std::string value(1000, 'v');
  std::uint64_t most = 0;
  for (int i = 0; i < 20000; ++i) {
    topic.Put("k" + std::to_string(i % 50), value);
    if (i % 100 == 0) topic.Maintain();
    most = std::max(most, topic.engine->resource_use().disk_bytes);
  }
  CHECK(most < 8'500'000);  // of 20 million that were written; a segment's beginning made ahead
  CHECK_FALSE(topic.said.AnyAbove(LogLevel::kInfo));
}

TEST_CASE("How far logs were compacted is known after a close, and after a kill nothing is lost") {
  testing::ManualClock clock;
  RestartableEngine engine(Manual(clock));
  REQUIRE(engine.engine()
              .AlterTopicConfigs("orders", {{"cleanup.policy", "compact"},
                                            {"segment.ms", "10000"},
                                            {"min.cleanable.dirty.ratio", "0"}})
              .ok());
  const auto put = [&](std::string_view value) {
    REQUIRE(AppendOne(MustPartition(engine.engine(), "orders"), value).ok());
    clock.Advance(kSegment * 2);
    engine.engine().RunMaintenance();
  };
  for (const char* value : {"1", "2", "3"}) put(value);
  const auto first_dirty = [&] {
    const auto state = engine.engine().FindTopic("orders");
    REQUIRE(state.ok());
    return (*state)->partition(0)->log()->first_dirty_offset();
  };
  const std::int64_t compacted_to = first_dirty();
  CHECK(compacted_to > 0);
  const auto values = Values(MustPartition(engine.engine(), "orders"));
  CHECK(values.size() < 3);
  CHECK(values.back() == "3");
  engine.CloseAndOpen();
  CHECK(first_dirty() == compacted_to);
  CHECK(Values(MustPartition(engine.engine(), "orders")) == values);
  put("4");
  engine.KillAndOpen();
  CHECK(first_dirty() >= compacted_to);
  CHECK(Values(MustPartition(engine.engine(), "orders")).back() == "4");
}

TEST_CASE("Old commits are compacted away, and the last ones are found after a restart") {
  testing::ManualClock clock;
  Options options = Manual(clock);
  options.configs["offsets.topic.segment.bytes"] = "1048576";
  options.configs["offsets.topic.num.partitions"] = "1";
  RestartableEngine engine(options);
  constexpr int kCommits = 40000;
  for (int i = 1; i <= kCommits; ++i) {
    const std::string group = "group-" + std::to_string(i % 3);
    REQUIRE(engine.offsets().Commit(group, {{{"orders", 0}, {i, -1, ""}}}).ok());
    if (i % 1000 != 0) continue;
    clock.Advance(absl::Milliseconds(2));
    while (engine.engine().RunMaintenance() <= clock.Now()) continue;
  }
  const auto topic = engine.engine().FindTopic("__consumer_offsets");
  REQUIRE(topic.ok());
  CHECK((*topic)->partition(0)->log()->size_bytes() < 2'500'000);  // of over four million
  for (int round = 0; round < 2; ++round) {
    for (int i = kCommits; i > kCommits - 3; --i) {
      const auto committed =
          engine.offsets().Fetch("group-" + std::to_string(i % 3), {{"orders", 0}});
      REQUIRE(committed.ok());
      CHECK(committed->at({"orders", 0}).offset == i);
    }
    engine.KillAndOpen();
  }
}

TEST_CASE("A topic that is made anew is compacted from its first record") {
  testing::ManualClock clock;
  RestartableEngine engine(Manual(clock));
  for (int round = 0; round < 2; ++round) {
    REQUIRE(engine.engine().CreateTopic("keys", {.configs = Compacted()}).ok());
    for (const char* value : {"1", "2", "3"}) {
      const auto partition = MustPartition(engine.engine(), "keys");
      REQUIRE(AppendOne(partition, value).ok());
      if (round == 1) continue;
      clock.Advance(kSegment * 2);
      engine.engine().RunMaintenance();
    }
    if (round == 1) break;
    REQUIRE(engine.engine().DeleteTopic("keys").ok());
  }
  engine.CloseAndOpen();
  const auto state = engine.engine().FindTopic("keys");
  REQUIRE(state.ok());
  CHECK((*state)->partition(0)->log()->first_dirty_offset() == -1);
}

TEST_CASE("Compaction keeps to log.cleaner.io.max.bytes.per.second") {
  Topic topic("mem:", Compacted(), "1000000");
  const std::string value(10000, 'v');
  for (int i = 0; i < 500; ++i) topic.Put("k" + std::to_string(i), value);
  topic.Roll();
  const absl::Time begin = topic.clock.Now();
  while (!topic.HasCompacted()) {
    topic.Maintain(absl::Milliseconds(10));
    REQUIRE(topic.clock.Now() - begin < absl::Minutes(1));
  }
  // Five million bytes are read at least once, and written as nothing can be left out.
  const absl::Duration took = topic.clock.Now() - begin;
  CHECK(took > absl::Seconds(9));
  CHECK(took < absl::Seconds(20));
}

TEST_CASE("A throttle makes up for delays of milliseconds, not for idle time") {
  Throttle throttle(1000);
  const absl::Time begin = absl::FromUnixSeconds(1000);
  CHECK(throttle.After(50, begin) == begin + absl::Milliseconds(40));
  CHECK(throttle.After(50, begin + absl::Milliseconds(45)) == begin + absl::Milliseconds(90));
  const absl::Time later = begin + absl::Seconds(10);
  CHECK(throttle.After(50, later) == later + absl::Milliseconds(40));
  // A clock that is set back does not stop the work.
  CHECK(throttle.After(50, begin) == begin + absl::Milliseconds(50));
}

// A byte of the first record of topic "orders".
void Damage(const TemporaryFolder& folder) {
  std::fstream file(folder.path() + "/orders-0/00000000000000000000.log",
                    std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(61);
  file.put('?');
}

TEST_CASE("A log that is damaged is left alone by compaction, and others are compacted") {
  const TemporaryFolder folder;
  Topic topic(folder.path());
  REQUIRE(topic.engine->CreateTopic("other", {.configs = Compacted()}).ok());
  const auto put_other = [&] {
    REQUIRE(AppendOne(MustPartition(*topic.engine, "other"), "x").ok());
  };
  topic.Put("a", "1");
  topic.Put("a", "2");
  put_other();
  put_other();
  topic.Roll();
  put_other();
  Damage(folder);
  topic.Maintain();
  CHECK(Values(MustPartition(*topic.engine, "other")).size() == 2);
  CHECK(topic.said.Has(LogLevel::kError, "orders-0 cannot be compacted"));
  const std::string said = topic.said.Text();
  topic.Maintain();
  CHECK(topic.said.Text() == said);
  CHECK(topic.engine->Metrics().compactions == 1);
  CHECK(topic.engine->Metrics().compaction_failures == 1);
}

TEST_CASE("A damaged log counts as uncleanable until its topic is deleted, whoever holds it") {
  const TemporaryFolder folder;
  Topic topic(folder.path());
  topic.Put("a", "1");
  topic.Put("a", "2");
  topic.Roll();
  const auto held = MustPartition(*topic.engine, "orders");
  Damage(folder);
  topic.Maintain();
  topic.Maintain();
  CHECK(topic.engine->Metrics().uncleanable_partitions == 1);
  REQUIRE(topic.engine->DeleteTopic("orders").ok());
  topic.Maintain();
  CHECK(topic.engine->Metrics().uncleanable_partitions == 0);
}

TEST_CASE("Compaction is counted, and what it reads, keeps and has left to do") {
  Topic topic("mem:", Compacted({{"min.cleanable.dirty.ratio", "0.6"}}));
  const std::string value(200, 'v');
  for (int i = 0; i < 100; ++i) topic.Put("k" + std::to_string(i % 10), value);
  const std::uint64_t size = MustPartition(*topic.engine, "orders").size_bytes();
  topic.Roll();
  topic.Maintain();
  const EngineMetrics first = topic.engine->Metrics();
  CHECK(first.compactions == 1);
  CHECK(first.compaction_failures == 0);
  CHECK(first.compaction_read_records == 100);
  CHECK(first.compaction_kept_records == 10);
  CHECK(first.compaction_read_bytes > size);
  CHECK(first.compaction_written_bytes == size / 10);
  CHECK(first.compaction_slice_latency.count() > 0);
  CHECK(first.max_dirty_percent == 100);  // when it was last looked at
  topic.Maintain();
  CHECK(topic.engine->Metrics().max_dirty_percent == 0);
  for (int i = 0; i < 10; ++i) topic.Put("k" + std::to_string(i), value);
  topic.Roll();
  topic.Maintain();
  const EngineMetrics then = topic.engine->Metrics();
  CHECK(then.compactions == 1);
  CHECK(then.compaction_read_bytes == first.compaction_read_bytes);
  CHECK(then.max_dirty_percent >= 49);
  CHECK(then.max_dirty_percent <= 51);
}

// 24 bytes a key, in the least map that may be asked for: several rounds.
TEST_CASE("A log with many more keys than the map holds is compacted within its memory") {
  constexpr std::uint64_t kMapBytes = 1 << 20;
  constexpr int kKeys = 150000;
  const TemporaryFolder folder;
  testing::ManualClock clock;
  Options options = Manual(clock, "10000000");  // a slice each time that the clock moves
  options.configs["log.cleaner.dedupe.buffer.size"] = std::to_string(kMapBytes);
  const auto engine = MustOpen(folder.path(), options);
  REQUIRE(engine->CreateTopic("orders", {.configs = Compacted()}).ok());
  auto partition = MustPartition(*engine, "orders");
  const auto put_all = [&](std::string_view value) {
    for (int i = 0; i < kKeys; i += 500) {
      std::vector<std::string> keys;
      for (int k = i; k < i + 500; ++k) keys.push_back("key " + std::to_string(k));
      std::vector<RecordData> records;
      for (const std::string& key : keys) records.push_back({.key = key, .value = value});
      REQUIRE(partition.Append(records).ok());
    }
    clock.Advance(kSegment + absl::Milliseconds(1));
    REQUIRE(AppendOne(partition, "last").ok());
  };
  put_all("old");
  put_all("new");
  const std::uint64_t before = engine->resource_use().buffer_bytes;
  std::uint64_t most = 0;
  for (int idle = 0; idle < 20; ++idle) {
    const std::uint64_t done = engine->Metrics().compaction_read_bytes;
    clock.Advance(absl::Milliseconds(30));
    engine->RunMaintenance();
    most = std::max(most, engine->resource_use().buffer_bytes - before);
    if (engine->Metrics().compaction_read_bytes > done) idle = 0;
  }
  CHECK(most > kMapBytes / 2);
  CHECK(most <= kMapBytes);
  CHECK(engine->Metrics().compactions > 3);
  CHECK(engine->resource_use().buffer_bytes == before);
  int found = 0;
  for (const Kept& kept : All(partition)) {
    if (kept.value != "new") continue;
    REQUIRE(kept.key == "key " + std::to_string(found++));
  }
  CHECK(found == kKeys);
  CHECK(All(partition).size() < kKeys + 10);
}

}  // namespace
}  // namespace rill::engine
