// Background work: what runs when, in a thread of its own or in the caller's.

#include "engine/maintenance.h"

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "catch.h"
#include "rill/testing/manual_clock.h"

namespace rill::engine {
namespace {

struct Task final : MaintenanceTask {
  explicit Task(std::function<absl::Time(absl::Time)> work) : work(std::move(work)) {}
  absl::Time Run(absl::Time now) override {
    ++runs;
    return work(now);
  }
  void OnEngineClose(base::Deadline) override { ++closes; }
  std::function<absl::Time(absl::Time)> work;
  std::atomic<int> runs = 0;
  std::atomic<int> closes = 0;
};

std::shared_ptr<Task> Every(absl::Duration interval) {
  return std::make_shared<Task>([interval](absl::Time now) { return now + interval; });
}

std::shared_ptr<Task> Once() {
  return std::make_shared<Task>([](absl::Time) { return absl::InfiniteFuture(); });
}

TEST_CASE("A task runs when it is added, and then when it said so") {
  testing::ManualClock clock;
  const auto maintenance = std::make_shared<Maintenance>(&clock);
  CHECK(maintenance->Run() == absl::InfiniteFuture());
  const auto fast = Every(absl::Seconds(1));
  const auto slow = Every(absl::Seconds(3));
  maintenance->Add(fast, true);
  maintenance->Add(slow, true);
  const absl::Time start = clock.Now();
  CHECK(maintenance->Run() == start + absl::Seconds(1));
  CHECK(maintenance->Run() == start + absl::Seconds(1));
  CHECK(fast->runs == 1);
  for (int i = 1; i <= 3; ++i) {
    clock.Advance(absl::Seconds(1));
    maintenance->Run();
  }
  CHECK(fast->runs == 4);
  CHECK(slow->runs == 2);
}

TEST_CASE("A run comes to its end at the first and at the last time there is, and goes on behind") {
  for (const absl::Time end : {absl::InfinitePast(), absl::InfiniteFuture()}) {
    testing::ManualClock clock(end);
    const auto maintenance = std::make_shared<Maintenance>(&clock);
    const auto task = Every(absl::Seconds(1));
    maintenance->Add(task, true);
    maintenance->Run();
    CHECK(task->runs == 1);
    clock.Set(absl::FromUnixSeconds(1767225600));
    maintenance->Run();
    CHECK(task->runs == 2);
  }
}

TEST_CASE("A task that has nothing to do runs again when it is scheduled") {
  testing::ManualClock clock;
  const auto maintenance = std::make_shared<Maintenance>(&clock);
  const auto own = Once();
  const auto woken = Once();
  maintenance->Add(own, false);
  maintenance->Add(woken, true);
  CHECK(maintenance->Run() == absl::InfiniteFuture());
  maintenance->ScheduleAll(clock.Now() + absl::Seconds(5));
  maintenance->ScheduleAll(clock.Now() + absl::Seconds(9));  // not before what stands
  CHECK(maintenance->Run() == clock.Now() + absl::Seconds(5));
  clock.Advance(absl::Seconds(5));
  maintenance->Run();
  CHECK(woken->runs == 2);
  CHECK(own->runs == 1);
  maintenance->Schedule(own.get(), absl::InfinitePast());
  maintenance->Run();
  CHECK(own->runs == 2);
}

TEST_CASE("What is scheduled while the task runs is not forgotten") {
  testing::ManualClock clock;
  const auto maintenance = std::make_shared<Maintenance>(&clock);
  const absl::Time soon = clock.Now() + absl::Seconds(1);
  const auto task = std::make_shared<Task>([&](absl::Time) {
    maintenance->ScheduleAll(soon);
    return absl::InfiniteFuture();
  });
  maintenance->Add(task, true);
  CHECK(maintenance->Run() == soon);
}

TEST_CASE("A task may remove itself and others while it runs") {
  testing::ManualClock clock;
  const auto maintenance = std::make_shared<Maintenance>(&clock);
  const auto other = Once();
  std::shared_ptr<Task> task;
  task = std::make_shared<Task>([&](absl::Time now) {
    maintenance->Remove(task.get());
    maintenance->Remove(other.get());
    return now;
  });
  maintenance->Add(task, true);
  maintenance->Add(other, true);
  CHECK(maintenance->Run() == absl::InfiniteFuture());
  CHECK(task->runs == 1);
  CHECK(other->runs == 0);
}

TEST_CASE("A run that is asked for within a run does nothing, and tells when something is due") {
  testing::ManualClock clock;
  const auto maintenance = std::make_shared<Maintenance>(&clock);
  const absl::Time later = clock.Now() + absl::Seconds(5);
  const auto other = std::make_shared<Task>([&](absl::Time) { return later; });
  maintenance->Add(other, true);
  maintenance->Run();
  absl::Time told;
  maintenance->Add(std::make_shared<Task>([&](absl::Time now) {
                     told = maintenance->Run();
                     return now + absl::Hours(1);
                   }),
                   true);
  CHECK(maintenance->Run() == later);
  CHECK(told == later);
  CHECK(other->runs == 1);
}

TEST_CASE("A task that works in parts is run to its end, in turns with the others") {
  testing::ManualClock clock;
  const auto maintenance = std::make_shared<Maintenance>(&clock);
  int parts = 0;
  const auto other = std::make_shared<Task>([&](absl::Time now) { return now; });
  const auto large = std::make_shared<Task>([&](absl::Time now) {
    CHECK(other->runs == parts);
    return ++parts < 5 ? MaintenanceTask::kUnfinished : now + absl::Hours(1);
  });
  maintenance->Add(large, true);
  maintenance->Add(other, true);
  maintenance->Run();
  CHECK(parts == 5);
  CHECK(other->runs == 5);  // and no more, though it is always due
}

TEST_CASE("A task that never ends does not keep the thread from stopping") {
  const auto maintenance = std::make_shared<Maintenance>(Clock::System());
  const auto endless =
      std::make_shared<Task>([](absl::Time) { return MaintenanceTask::kUnfinished; });
  maintenance->Add(endless, true);
  REQUIRE(maintenance->StartThread().ok());
  while (endless->runs < 3) std::this_thread::yield();
  maintenance->StopThread();
  CHECK(endless->runs >= 3);
}

// A task whose run goes on until it is let go.
struct StuckTask {
  absl::Notification began;
  absl::Notification go_on;
  std::atomic<bool> ended = false;
  const std::shared_ptr<Task> task = std::make_shared<Task>([this](absl::Time now) {
    if (!began.HasBeenNotified()) began.Notify();
    go_on.WaitForNotification();
    ended = true;
    return now;
  });
};

TEST_CASE("Removing a task does not wait for its run, and none comes after it") {
  const auto maintenance = std::make_shared<Maintenance>(Clock::System());
  REQUIRE(maintenance->StartThread().ok());
  StuckTask stuck;
  maintenance->Add(stuck.task, true);
  stuck.began.WaitForNotification();
  maintenance->Remove(stuck.task.get());
  CHECK_FALSE(stuck.ended);
  stuck.go_on.Notify();
  while (!stuck.ended) absl::SleepFor(absl::Milliseconds(1));
  absl::SleepFor(absl::Milliseconds(20));
  CHECK(stuck.task->runs == 1);
  CHECK(stuck.task->closes == 0);
  maintenance->StopThread();
}

TEST_CASE("Removing all tasks waits for the run under way, and then closes each") {
  const auto maintenance = std::make_shared<Maintenance>(Clock::System());
  REQUIRE(maintenance->StartThread().ok());
  StuckTask stuck;
  const auto other = Once();
  maintenance->Add(stuck.task, true);
  stuck.began.WaitForNotification();
  maintenance->Add(other, true);
  std::thread releaser([&] {
    absl::SleepFor(absl::Milliseconds(20));
    stuck.go_on.Notify();
  });
  maintenance->RemoveAll();
  CHECK(stuck.ended);
  CHECK(stuck.task->closes == 1);
  CHECK(other->closes == 1);
  maintenance->RemoveAll();
  CHECK(other->closes == 1);
  releaser.join();
  maintenance->StopThread();
}

TEST_CASE("The thread wakes for what is scheduled earlier than it sleeps") {
  const auto maintenance = std::make_shared<Maintenance>(Clock::System());
  REQUIRE(maintenance->StartThread().ok());
  std::atomic<int> runs = 0;
  const auto task = std::make_shared<Task>([&](absl::Time now) {
    ++runs;
    return now + absl::Hours(1);
  });
  maintenance->Add(task, true);
  for (int expected = 1; expected <= 20; ++expected) {
    while (runs < expected) absl::SleepFor(absl::Microseconds(100));
    maintenance->ScheduleAll(absl::InfinitePast());
  }
  maintenance->RemoveAll();
  maintenance->StopThread();
}

TEST_CASE("Threads add, schedule, run and remove tasks at once without losing any") {
  const auto maintenance = std::make_shared<Maintenance>(Clock::System());
  REQUIRE(maintenance->StartThread().ok());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const auto task = Once();
        maintenance->Add(task, i % 2 == 0);
        maintenance->ScheduleAll(absl::InfinitePast());
        if (t == 0) maintenance->Run();
        if (i % 10 == 0) {
          while (task->runs == 0) std::this_thread::yield();
        }
        maintenance->Remove(task.get());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  maintenance->RemoveAll();
  maintenance->StopThread();
  CHECK(maintenance->Run() == absl::InfiniteFuture());
}

TEST_CASE("A task may stop the thread that runs it") {
  auto maintenance = std::make_shared<Maintenance>(Clock::System());
  absl::Notification stopped;
  REQUIRE(maintenance->StartThread().ok());
  maintenance->Add(std::make_shared<Task>([&](absl::Time) {
                     maintenance->RemoveAll();
                     maintenance->StopThread();
                     stopped.Notify();
                     return absl::InfiniteFuture();
                   }),
                   true);
  stopped.WaitForNotification();
  maintenance.reset();
}

}  // namespace
}  // namespace rill::engine
