// A clock that is set back: nothing waits for the time that was, and nothing is deleted for it.

#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "client/client_test.h"
#include "rill/rill.h"
#include "rill/testing/faulty_storage.h"
#include "rill/testing/manual_clock.h"

namespace rill::testing {
namespace {

constexpr absl::Duration kBack = -absl::Hours(24 * 365);

struct Clocked {
  ManualClock clock;
  std::shared_ptr<FaultyStorage> storage = std::make_shared<FaultyStorage>();
  Engine engine = Get(Open("/data", OptionsOn(storage)));
  Producer producer = Get(engine.NewProducer());

  Options OptionsOn(std::shared_ptr<FaultyStorage> files) {
    return {.maintenance = Options::Maintenance::kByCaller,
            .clock = &clock,
            .storage = std::move(files)};
  }
  void Send(const Topic& topic, const std::string& value) {
    const auto sent = producer.Send(topic, {.value = value}).Wait();
    INFO(sent.status());
    REQUIRE(sent.ok());
  }
};

TEST_CASE("Records are appended, read and found by time after the clock was set back") {
  Clocked clocked;
  const Topic topic = MakeTopic(clocked.engine, "t");
  clocked.Send(topic, "before");
  clocked.clock.Advance(kBack);
  clocked.Send(topic, "after");
  clocked.engine.RunMaintenance();
  CHECK(Values(topic) == std::vector<std::string>{"before", "after"});
  CHECK(Get(Get(topic.partition(0)).OffsetForTime(clocked.clock.Now())).offset == 0);
  REQUIRE(clocked.engine.Close() == absl::OkStatus());
  Engine again = Get(Open("/data", clocked.OptionsOn(clocked.storage)));
  CHECK(Values(Get(again.FindTopic("t"))).size() == 2);
}

TEST_CASE(
    "An engine is maintained at the first and at the last time there is, and goes on behind") {
  const absl::Time now = absl::FromUnixSeconds(1767225600);
  for (const absl::Time end : {absl::InfinitePast(), absl::InfiniteFuture()}) {
    Clocked clocked;
    const Topic compacted =
        MakeTopic(clocked.engine, "compacted", 1, {{"cleanup.policy", "compact"}});
    const Topic topic =
        MakeTopic(clocked.engine, "t", 1, {{"flush.ms", "1000"}, {"retention.ms", "-1"}});
    const RecordData record{.key = "k", .value = "v"};
    for (const Topic& one : {compacted, topic}) {
      REQUIRE(Get(one.partition(0)).Append({&record, 1}).ok());
    }
    clocked.clock.Set(end);
    for (int i = 0; i < 3; ++i) clocked.engine.RunMaintenance();
    clocked.clock.Set(now);
    clocked.engine.RunMaintenance();
    clocked.Send(topic, "after");
    CHECK(Values(topic) == std::vector<std::string>{"v", "after"});
    CHECK(clocked.engine.Close() == absl::OkStatus());
  }
}

TEST_CASE("Flushes by interval go on after the clock was set back") {
  Clocked clocked;
  const Topic topic = MakeTopic(clocked.engine, "t", 1, {{"flush.ms", "1000"}});
  clocked.Send(topic, "before");
  clocked.engine.RunMaintenance();
  clocked.clock.Advance(kBack);
  clocked.Send(topic, "after");
  for (int i = 0; i < 3; ++i) {
    clocked.clock.Advance(absl::Seconds(2));
    clocked.engine.RunMaintenance();
  }
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Engine after = Get(Open("/data", clocked.OptionsOn(clocked.storage->PowerLoss(seed))));
    CHECK(Values(Get(after.FindTopic("t"))).size() == 2);
  }
}

TEST_CASE("Checkpoints are written after the clock was set back") {
  Clocked clocked;
  const Topic topic = MakeTopic(clocked.engine, "t");
  clocked.engine.RunMaintenance();
  clocked.clock.Advance(kBack);
  clocked.engine.RunMaintenance();
  for (int i = 0; i < 10; ++i) clocked.Send(topic, std::to_string(i));
  REQUIRE(Get(topic.partition(0)).DeleteRecordsBefore(3).ok());
  REQUIRE(clocked.engine.Flush().ok());
  clocked.clock.Advance(absl::Minutes(2));
  clocked.engine.RunMaintenance();
  const std::string path = "/data/recovery-point-offset-checkpoint";
  CHECK(Get(clocked.storage->ReadFile(path)).find("t 0 10\n") != std::string::npos);
  Engine after = Get(Open("/data", clocked.OptionsOn(clocked.storage->ProcessKill())));
  CHECK(Get(Get(after.FindTopic("t")).partition(0)).log_start_offset() == 3);
}

TEST_CASE("Retention goes by the clock that is, and files it deleted go after a clock set back") {
  Clocked clocked;
  const Topic topic = MakeTopic(clocked.engine, "t", 1,
                                {{"retention.bytes", "0"},
                                 {"retention.ms", "3600000"},
                                 {"index.interval.bytes", "0"},
                                 {"segment.index.bytes", "12"}});
  for (int i = 0; i < 10; ++i) clocked.Send(topic, std::to_string(i));
  clocked.engine.RunMaintenance();
  const Partition partition = Get(topic.partition(0));
  const std::int64_t start = partition.log_start_offset();
  CHECK(start > 0);
  const auto deleted = [&] {
    int files = 0;
    for (const std::string& path : clocked.storage->Files()) files += path.ends_with(".deleted");
    return files;
  };
  CHECK(deleted() > 0);
  clocked.clock.Advance(kBack);
  // The records are of the future now, and stay.
  clocked.engine.RunMaintenance();
  clocked.clock.Advance(absl::Minutes(6));
  clocked.engine.RunMaintenance();
  CHECK(partition.log_start_offset() == start);
  CHECK(deleted() == 0);
}

TEST_CASE("Groups commit and rebalance after the clock was set back") {
  Clocked clocked;
  const Topic topic = MakeTopic(clocked.engine, "t");
  clocked.Send(topic, "before");
  Consumer first = Get(clocked.engine.Subscribe("g", {"t"}, {.reset = kEarliest}));
  CHECK(Values(Get(first.Poll(kLong))).size() == 1);
  clocked.clock.Advance(kBack);
  clocked.engine.RunMaintenance();
  CHECK(first.Commit() == absl::OkStatus());
  Consumer second = Get(clocked.engine.Subscribe("g", {"t"}, {.reset = kEarliest}));
  CHECK(first.Close() == absl::OkStatus());
  clocked.Send(topic, "after");
  std::vector<std::string> values;
  for (int i = 0; i < 50 && values.empty(); ++i) {
    values = Values(Get(second.Poll(kSoon)));
    clocked.clock.Advance(absl::Seconds(1));
    clocked.engine.RunMaintenance();
  }
  CHECK(values == std::vector<std::string>{"after"});
}

}  // namespace
}  // namespace rill::testing
