// The upkeep of many logs takes turns with other work, and ends when the engine closes.

#include "engine/log_upkeep.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "catch.h"
#include "engine/local_engine.h"
#include "engine_under_test.h"
#include "rill/testing/manual_clock.h"

namespace rill::engine {
namespace {

constexpr int kLogs = 100;
// What the upkeep of each log takes at least, in the test.
constexpr absl::Duration kUpkeep = absl::Milliseconds(1);

// An engine whose logs have each a segment that retention deletes at the next upkeep.
struct ExpiredLogs {
  explicit ExpiredLogs(Options options) {
    options.clock = &clock;
    options.log_sink = [this](LogLevel, std::string_view line) {
      if (line.find("is deleted") == std::string_view::npos) return;
      ++deleted;
      if (on_delete) on_delete();
      absl::SleepFor(kUpkeep);
    };
    engine = MustOpen("mem:", options);
    const auto topic = engine->CreateTopic(
        "orders", {.partitions = kLogs,
                   .configs = {{"retention.ms", "60000"}, {"segment.bytes", "1048576"}}});
    REQUIRE(topic.ok());
    for (int i = 0; i < kLogs; ++i) {
      REQUIRE((*topic)->OpenPartition(i).ok());
      REQUIRE(AppendOne(MustPartition(*engine, "orders", i), "coffee").ok());
    }
    engine->RunMaintenance();
    REQUIRE(deleted == 0);
  }

  testing::ManualClock clock;
  std::atomic<int> deleted = 0;
  std::function<void()> on_delete;
  std::shared_ptr<LocalEngine> engine;
};

// Due whenever it is asked; sees how many logs had their upkeep since the last time.
struct Probe final : MaintenanceTask {
  explicit Probe(const ExpiredLogs& logs) : logs(logs) {}
  absl::Time Run(absl::Time now) override {
    const int done = logs.deleted;
    most = std::max(most, done - seen);
    seen = done;
    ++turns;
    return now;
  }
  const ExpiredLogs& logs;
  int seen = 0;
  int most = 0;
  int turns = 0;
};

TEST_CASE("The upkeep of many logs lets other tasks have their turn every few milliseconds") {
  ExpiredLogs logs(ByCaller());
  const auto probe = std::make_shared<Probe>(logs);
  logs.engine->AddTask(probe);
  logs.clock.Advance(absl::Hours(1));
  logs.engine->RunMaintenance();
  CHECK(logs.deleted == kLogs);  // all in one call
  const auto most_a_turn = static_cast<int>(PartitionPass::kTurn / kUpkeep) + 1;
  CHECK(probe->most <= most_a_turn);
  CHECK(probe->turns >= kLogs / most_a_turn);
  logs.engine->RemoveTask(probe.get());
}

TEST_CASE("Closing the engine does not wait for the upkeep of all its logs") {
  ExpiredLogs logs(ByCaller());
  absl::Notification began;
  logs.on_delete = [&] {
    if (began.HasBeenNotified()) return;
    began.Notify();
    while (!logs.engine->closed()) std::this_thread::yield();
  };
  logs.clock.Advance(absl::Hours(1));
  std::thread maintainer([&] { logs.engine->RunMaintenance(); });
  began.WaitForNotification();
  CHECK(logs.engine->Close().ok());
  maintainer.join();
  CHECK(logs.deleted < kLogs);
}

TEST_CASE("A log that asks for more while the others are seen to is not forgotten") {
  ExpiredLogs logs(ByCaller());
  bool has_asked = false;
  absl::Status changed;
  logs.on_delete = [&] {
    if (logs.deleted != kLogs - 1 || has_asked) return;
    has_asked = true;
    // Of the first log too, behind whose turn the pass is by now. A sink must not call back itself.
    std::thread([&] {
      changed = logs.engine->AlterTopicConfigs("orders", {{"flush.ms", std::string("1000")}});
    }).join();
  };
  logs.clock.Advance(absl::Hours(1));
  const absl::Time next = logs.engine->RunMaintenance();
  REQUIRE(has_asked);
  REQUIRE(changed.ok());
  CHECK(next <= logs.clock.Now());
  CHECK(logs.engine->RunMaintenance() > logs.clock.Now());
}

}  // namespace
}  // namespace rill::engine
