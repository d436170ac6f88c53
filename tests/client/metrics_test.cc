// What an engine counts and measures, by a clock that stands still but where a test moves it.

#include "rill/metrics.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "client_test.h"
#include "held_partition.h"
#include "rill/testing/faulty_storage.h"
#include "rill/testing/manual_clock.h"

namespace rill::testing {
namespace {

// An engine on storage whose calls take as long as the test says.
class SlowStorage {
 public:
  SlowStorage() {
    storage_->Watch([this](FileCall call, const std::string& path) {
      const bool is_slow = call == call_ && path.find(path_part_) != std::string::npos;
      if (is_slow) clock.Advance(duration_);
    });
    engine.emplace(Get(Open(
        "data",
        {.maintenance = Options::Maintenance::kByCaller, .clock = &clock, .storage = storage_})));
  }
  ~SlowStorage() {
    engine.reset();
    storage_->Watch(nullptr);
  }

  void Slow(FileCall call, std::string path_part, absl::Duration duration) {
    call_ = call;
    path_part_ = std::move(path_part);
    duration_ = duration;
  }
  FaultyStorage& storage() { return *storage_; }

  ManualClock clock;
  std::optional<Engine> engine;

 private:
  std::shared_ptr<FaultyStorage> storage_ = std::make_shared<FaultyStorage>();
  FileCall call_ = FileCall::kLock;
  std::string path_part_;
  absl::Duration duration_;
};

absl::Status AppendOne(const Topic& topic, std::string_view value = "v", int partition = 0) {
  const RecordData record = {.value = value};
  return Get(topic.partition(partition)).Append({&record, 1}).status();
}

void AppendMany(const Topic& topic, int count) {
  for (int i = 0; i < count; ++i) REQUIRE(AppendOne(topic).ok());
}

std::string SealedBatch(int records, Compression compression = Compression::kNone) {
  BatchOptions options;
  options.compression = compression;
  BatchBuilder builder(options);
  for (int i = 0; i < records; ++i) {
    REQUIRE(builder.Append({.value = "some value", .timestamp_ms = 1767225600000}).ok());
  }
  return std::string(Get(builder.Seal()));
}

TEST_CASE("Every append is counted, with its records and bytes, however it is made") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "orders", 1, {{"retention.ms", "-1"}});
  Partition partition = Get(topic.partition(0));
  const auto expect = [&](std::uint64_t records, std::uint64_t batches) {
    const EngineMetrics now = engine.Metrics();
    CHECK(now.appended_records == records);
    CHECK(now.appended_batches == batches);
    CHECK(now.appended_bytes == partition.size_bytes());
  };
  expect(0, 0);
  REQUIRE(AppendOne(topic).ok());
  expect(1, 1);
  const RecordData three[] = {{.value = "a"}, {.value = "b"}, {.value = "c"}};
  REQUIRE(partition.Append(three).ok());
  expect(4, 2);
  REQUIRE(partition.AppendBatch(SealedBatch(10)).ok());
  expect(14, 3);
  Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1)}));
  SendNumbers(producer, topic, 100);
  expect(114, 4);
  Claim claim = Get(producer.ClaimRecord(topic, {.key = "k"}, 5));
  expect(114, 4);
  REQUIRE(claim.Publish().ok());
  expect(115, 5);
  CHECK(engine.Metrics().append_failures == 0);
}

TEST_CASE("A batch that an idempotent producer repeats is counted once") {
  Engine engine = OpenMemory();
  Partition partition = Get(MakeTopic(engine, "orders", 1, {{"retention.ms", "-1"}}).partition(0));
  BatchBuilder builder;
  // One that has written for the last time long ago is forgotten (producer.id.expiration.ms).
  const std::int64_t now_ms = absl::ToUnixMillis(absl::Now());
  REQUIRE(builder.Append({.value = "v", .timestamp_ms = now_ms}).ok());
  builder.SetProducer(7, 0, 0);
  const std::string batch(Get(builder.Seal()));
  REQUIRE(partition.AppendBatch(batch).ok());
  REQUIRE(partition.AppendBatch(batch).ok());
  CHECK(partition.Metrics().appended_records == 1);
  CHECK(partition.Metrics().appended_bytes == partition.size_bytes());
  CHECK(partition.Metrics().append_failures == 0);
}

TEST_CASE("Every append that gives an error is counted, and nothing of it") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "orders", 1, {{"max.message.bytes", "200"}});
  Partition partition = Get(topic.partition(0));
  const std::string large(300, 'x');
  CHECK_FALSE(AppendOne(topic, large).ok());
  CHECK(partition.Metrics().append_failures == 1);
  CHECK_FALSE(partition.AppendBatch("no batch").ok());
  CHECK(partition.Metrics().append_failures == 2);
  std::string damaged = SealedBatch(1);
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  CHECK_FALSE(partition.AppendBatch(damaged).ok());
  CHECK(partition.Metrics().append_failures == 3);
  Producer producer = Get(engine.NewProducer());
  CHECK_FALSE(producer.ClaimRecord(topic, {}, 300).ok());
  CHECK(partition.Metrics().append_failures == 4);
  CHECK_FALSE(producer.Send(topic, {.value = large}).Wait().ok());
  CHECK(partition.Metrics().append_failures == 5);
  CHECK(engine.Metrics().append_failures == 5);
  CHECK(engine.Metrics().appended_records == 0);
  CHECK(engine.Metrics().appended_bytes == 0);
}

TEST_CASE("Reads are counted by the records that they show") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "orders", 1, {{"retention.ms", "-1"}});
  Partition partition = Get(topic.partition(0));
  const bool is_compressed = GENERATE(false, true);
  const std::string batch = SealedBatch(10, is_compressed ? Compression::kLz4 : Compression::kNone);
  for (int i = 0; i < 3; ++i) REQUIRE(partition.AppendBatch(batch).ok());
  std::uint64_t records = 0;
  std::uint64_t batches = 0;
  const auto read = [&](std::int64_t offset, ReadOptions options, std::uint64_t shown,
                        std::uint64_t touched) {
    CHECK(Values(Get(partition.Read(offset, options))).size() == shown);
    records += shown;
    batches += touched;
    const PartitionMetrics now = partition.Metrics();
    CHECK(now.read_records == records);
    CHECK(now.read_bytes == batches * batch.size());
  };
  read(0, {}, 30, 3);
  read(30, {}, 0, 0);
  read(7, {}, 23, 3);
  read(7, {.max_records = 1}, 1, 1);
  read(7, {.max_records = 5}, 5, 2);
  read(0, {.max_bytes = 1}, 10, 1);
  read(0, {.max_records = 0}, 0, 0);
  CHECK_FALSE(partition.Read(31).ok());
  CHECK(engine.Metrics().read_records == records);
  CHECK(engine.Metrics().read_bytes == batches * batch.size());
}

TEST_CASE("Polls are counted, the empty ones apart, and stay when the consumer goes") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "orders");
  AppendMany(topic, 3);
  {
    Consumer consumer = Get(engine.NewConsumer({.reset = kEarliest}));
    REQUIRE(consumer.Assign({{"orders", 0}}).ok());
    CHECK(Values(Get(consumer.Poll(kLong))).size() == 3);
    CHECK(engine.Metrics().polls == 1);
    CHECK(engine.Metrics().empty_polls == 0);
    CHECK(engine.Metrics().read_wait.count() == 0);
    CHECK(Get(consumer.Poll(absl::ZeroDuration())).empty());
    CHECK(engine.Metrics().read_wait.count() == 0);
    CHECK(Get(consumer.Poll(absl::Milliseconds(20))).empty());
    consumer.Wakeup();
    CHECK_FALSE(consumer.Poll(kLong).ok());
  }
  const EngineMetrics now = engine.Metrics();
  CHECK(now.polls == 4);
  CHECK(now.empty_polls == 2);
  CHECK(now.read_records == 3);
  CHECK(now.read_wait.count() == 1);
  CHECK(now.read_wait.sum() >= absl::Milliseconds(10));  // it sleeps for what is left of the 20
}

TEST_CASE("A wait for a partition is measured when it sleeps") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "orders");
  const Partition partition = Get(topic.partition(0));
  AppendMany(topic, 1);
  REQUIRE(partition.WaitFor(0, kLong).ok());
  CHECK(engine.Metrics().read_wait.count() == 0);
  CHECK_FALSE(partition.WaitFor(1, absl::Milliseconds(20)).ok());
  CHECK(engine.Metrics().read_wait.count() == 1);
  CHECK(engine.Metrics().read_wait.sum() >= absl::Milliseconds(10));
}

TEST_CASE("A send that waits for buffer memory is measured") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "orders");
  Producer producer = Get(engine.NewProducer(
      {.linger = absl::Hours(1), .batch_size = 1000, .buffer_memory = 2500, .max_block = kSoon}));
  const std::string fills(950, 'v');
  HeldPartition held(engine, topic);
  // This thread is stuck in the append until the claim is gone; meanwhile its batch holds memory.
  std::thread sender([&] { producer.Send(topic, {.value = fills, .partition = 0}, nullptr); });
  while (engine.Metrics().buffer_bytes == 0) absl::SleepFor(absl::Milliseconds(1));
  producer.Send(topic, {.value = fills, .partition = 0}, nullptr);
  CHECK(engine.Metrics().send_wait.count() == 0);
  CHECK_FALSE(producer.Send(topic, {.value = fills, .partition = 0}).Wait().ok());
  CHECK(engine.Metrics().send_wait.count() == 1);
  CHECK(engine.Metrics().send_wait.sum() >= kSoon / 2);
  held.LetGo();
  sender.join();
}

TEST_CASE("A flush takes as long as its sync does") {
  SlowStorage slow;
  const Topic topic = MakeTopic(*slow.engine, "orders");
  AppendMany(topic, 1);
  slow.Slow(FileCall::kSync, "orders-0/", absl::Milliseconds(3));
  CHECK(slow.engine->Metrics().flush_latency.count() == 0);
  REQUIRE(Get(topic.partition(0)).Flush().ok());
  const LatencyHistogram flushes = slow.engine->Metrics().flush_latency;
  CHECK(flushes.count() == 1);
  CHECK(flushes.sum() == absl::Milliseconds(3));
  CHECK(flushes.Quantile(0.5) >= absl::Milliseconds(3));
  CHECK(flushes.Quantile(0.5) <= absl::Milliseconds(3) * 9 / 8);
  REQUIRE(Get(topic.partition(0)).Flush().ok());  // there is nothing to flush
  CHECK(slow.engine->Metrics().flush_latency.count() == 1);
  CHECK(slow.engine->Metrics().durable_wait.count() == 0);
}

TEST_CASE("Appends that wait for a flush are measured, and of all appends one in 64") {
  SlowStorage slow;
  const Topic topic = MakeTopic(*slow.engine, "orders", 1, {{"flush.messages", "1"}});
  slow.Slow(FileCall::kSync, "orders-0/", absl::Milliseconds(2));
  AppendMany(topic, 130);
  const EngineMetrics now = slow.engine->Metrics();
  CHECK(now.appended_batches == 130);
  CHECK(now.flush_latency.count() == 130);
  CHECK(now.durable_wait.count() == 130);
  CHECK(now.durable_wait.sum() == absl::Milliseconds(260));
  CHECK(now.append_latency.count() == 3);  // the first, and after 64 and 128
  CHECK(now.append_latency.sum() == absl::Milliseconds(6));
  CHECK(now.flush_failures == 0);
}

TEST_CASE("An append that is refused before a log has it is counted once, too") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "orders");
  const RecordData good{.key = "k", .value = "v"};
  const std::string_view no_length("k", SIZE_MAX / 2);
  for (const absl::Duration linger : {absl::ZeroDuration(), absl::Hours(1)}) {
    const std::uint64_t before = engine.Metrics().append_failures;
    const auto refused = [&] { return engine.Metrics().append_failures - before; };
    Producer producer = Get(engine.NewProducer({.linger = linger, .max_request_size = 1000}));
    CHECK_FALSE(producer.Send(topic, {.value = std::string(2000, 'x')}).Wait().ok());
    CHECK(refused() == 1);
    CHECK_FALSE(producer.Send(topic, {.value = "v", .partition = 7}).Wait().ok());
    CHECK(refused() == 2);
    CHECK_FALSE(producer.Send(topic, {.key = no_length, .value = "v"}).Wait().ok());
    CHECK(refused() == 3);
    absl::Status reported;
    producer.Send(topic, {.value = "v", .partition = 7},
                  [&](const absl::StatusOr<RecordMetadata>& sent) { reported = sent.status(); });
    CHECK_FALSE(reported.ok());
    CHECK(refused() == 4);
    CHECK_FALSE(producer.ClaimRecord(topic, {.partition = 7}, 5).ok());
    CHECK(refused() == 5);
    producer.Close().IgnoreError();
    CHECK_FALSE(producer.Send(topic, {.value = "v"}).Wait().ok());
    CHECK(refused() == 6);
  }
  Partition partition = Get(topic.partition(0));
  CHECK(partition.Metrics().append_failures == 0);
  CHECK_FALSE(partition.Append({}).ok());
  CHECK(partition.Metrics().append_failures == 1);
  const std::vector<RecordData> records = {good, {.key = no_length, .value = "v"}};
  CHECK_FALSE(partition.Append(records).ok());
  CHECK(partition.Metrics().append_failures == 2);
  CHECK(engine.Metrics().append_failures == 12 + 2);
  CHECK(engine.Metrics().appended_records == 0);
}

TEST_CASE("A flush that fails is counted, and so is the append that waited for it") {
  SlowStorage slow;
  const Topic topic = MakeTopic(*slow.engine, "orders", 1, {{"flush.messages", "1"}});
  AppendMany(topic, 1);
  slow.storage().FailNext(FileCall::kSync, "orders-0/");
  CHECK_FALSE(AppendOne(topic).ok());
  EngineMetrics now = slow.engine->Metrics();
  CHECK(now.flush_failures == 1);
  CHECK(now.flush_latency.count() == 2);
  CHECK(now.append_failures == 1);
  CHECK_FALSE(AppendOne(topic).ok());  // refused: the partition has stopped
  now = slow.engine->Metrics();
  CHECK(now.flush_failures == 1);
  CHECK(now.append_failures == 2);
}

TEST_CASE("Rolls are measured, and the segments that go are counted with their bytes") {
  SlowStorage slow;
  // An index of two entries ends a segment.
  const Topic topic = MakeTopic(*slow.engine, "orders", 1,
                                {{"index.interval.bytes", "0"}, {"segment.index.bytes", "24"}});
  Partition partition = Get(topic.partition(0));
  AppendMany(topic, 1);
  slow.Slow(FileCall::kOpen, ".log", absl::Milliseconds(7));
  AppendMany(topic, 30);
  EngineMetrics now = slow.engine->Metrics();
  const std::uint64_t segments = partition.Metrics().segments;
  REQUIRE(segments > 5);
  CHECK(now.roll_latency.count() == segments - 1);
  CHECK(now.roll_latency.sum() >= static_cast<std::int64_t>(segments - 1) * absl::Milliseconds(7));
  CHECK(now.deleted_segments == 0);

  const std::uint64_t before = partition.size_bytes();
  REQUIRE(Get(partition.DeleteRecordsBefore(10)) == 10);
  now = slow.engine->Metrics();
  CHECK(now.deleted_segments > 0);
  CHECK(now.deleted_segments == segments - partition.Metrics().segments);
  CHECK(now.deleted_bytes == before - partition.size_bytes());
  CHECK(partition.Metrics().log_start_offset == 10);

  // What retention takes by time is counted in the same way.
  slow.Slow(FileCall::kLock, "", absl::ZeroDuration());
  REQUIRE(slow.engine->AlterTopicConfigs("orders", {{"retention.ms", "1000"}}).ok());
  slow.clock.Advance(absl::Hours(1));
  slow.engine->RunMaintenance();
  CHECK(partition.size_bytes() == 0);
  now = slow.engine->Metrics();
  CHECK(now.deleted_segments == now.roll_latency.count());
  CHECK(now.deleted_bytes == now.appended_bytes);
}

TEST_CASE("Totals survive the topic, and a new one of its name adds to them") {
  Engine engine = OpenMemory();
  const auto append_and_read = [&](const Topic& topic) {
    AppendMany(topic, 10);
    CHECK(Values(topic).size() == 10);
    CHECK_FALSE(Get(topic.partition(0)).AppendBatch("no batch").ok());
  };
  std::optional<Partition> handle;
  {
    const Topic topic = MakeTopic(engine, "orders", 3);
    append_and_read(topic);
    handle = Get(topic.partition(0));
  }
  const std::uint64_t bytes = engine.Metrics().appended_bytes;
  const auto expect = [&](std::uint64_t times) {
    const EngineMetrics now = engine.Metrics();
    CHECK(now.appended_records == 10 * times);
    CHECK(now.appended_batches == 10 * times);
    CHECK(now.appended_bytes == bytes * times);
    CHECK(now.append_failures == times);
    CHECK(now.read_records == 10 * times);
    CHECK(now.read_bytes == bytes * times);
  };
  expect(1);
  REQUIRE(engine.DeleteTopic("orders").ok());
  expect(1);
  CHECK(engine.Metrics().topics == 0);
  CHECK(handle->Metrics().appended_records == 10);  // of a log that is gone
  handle.reset();
  expect(1);
  append_and_read(MakeTopic(engine, "orders", 3));
  expect(2);
  REQUIRE(engine.Close().ok());
  expect(2);
}

TEST_CASE("Partitions have numbers of their own, which are those of the engine together") {
  Engine engine = OpenMemory();
  const Topic orders = MakeTopic(engine, "orders", 3);
  const Topic bills = MakeTopic(engine, "bills");
  for (int i = 0; i < 5; ++i) REQUIRE(AppendOne(orders, "v", i % 2).ok());
  AppendMany(bills, 2);
  CHECK(Values(orders, 1).size() == 2);
  Consumer consumer = Get(engine.Subscribe("billing", {"bills"}, {.reset = kEarliest}));
  REQUIRE(consumer.Commit(Get(consumer.Poll(kLong))).ok());

  const EngineMetrics all = engine.Metrics();
  PartitionMetrics sum;
  std::vector<TopicPartition> names;
  for (const PartitionMetrics& each : engine.MetricsOfPartitions()) {
    names.push_back(each.partition);
    sum.appended_records += each.appended_records;
    sum.appended_bytes += each.appended_bytes;
    sum.read_records += each.read_records;
    sum.read_bytes += each.read_bytes;
    CHECK(each.log_end_offset == static_cast<std::int64_t>(each.appended_records));
    CHECK(each.high_watermark == each.log_end_offset);
    CHECK(each.log_start_offset == 0);
    CHECK(each.size_bytes == each.appended_bytes);
  }
  CHECK(sum.appended_records == all.appended_records);
  CHECK(sum.appended_bytes == all.appended_bytes);
  CHECK(sum.read_records == all.read_records);
  CHECK(sum.read_bytes == all.read_bytes);
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(all.topics == 3);  // with __consumer_offsets, which the commit is in
  CHECK(all.partitions == names.size());
  CHECK(all.appended_records > 7);

  const PartitionMetrics first = Get(orders.partition(0)).Metrics();
  CHECK(first.partition == TopicPartition{"orders", 0});
  CHECK(first.appended_records == 3);
  CHECK(first.segments == 1);
}

TEST_CASE("What is held is shown beside its cap") {
  Engine engine = OpenMemory({.max_buffer_bytes = 1 << 20, .max_disk_bytes = 1 << 21});
  const Topic topic = MakeTopic(engine, "orders");
  AppendMany(topic, 1);
  const EngineMetrics now = engine.Metrics();
  CHECK(now.max_buffer_bytes == 1 << 20);
  CHECK(now.max_disk_bytes == 1 << 21);
  CHECK(now.max_open_files == 512);
  const ResourceUse use = engine.resource_use();
  CHECK(now.disk_bytes == use.disk_bytes);
  CHECK(now.mappings == static_cast<std::uint64_t>(use.mappings));
  CHECK(now.mappings > 0);
  const Folder folder;
  CHECK(Get(Open(folder.data())).Metrics().max_disk_bytes == UINT64_MAX);
}

TEST_CASE("An engine that was moved from has done nothing") {
  Engine engine = OpenMemory();
  AppendMany(MakeTopic(engine, "orders"), 1);
  const Engine moved = std::move(engine);
  CHECK(moved.Metrics().appended_records == 1);
  CHECK(engine.Metrics().appended_records == 0);  // NOLINT(bugprone-use-after-move): is what it is
  CHECK(engine.MetricsOfPartitions().empty());
}

}  // namespace
}  // namespace rill::testing
