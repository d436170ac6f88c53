// Counts and latencies that threads add to while others look.

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "base/counter.h"
#include "base/latency_recorder.h"
#include "base/sum_of_parts.h"
#include "catch.h"

namespace rill::base {
namespace {

struct Worked {
  std::uint64_t steps = 0;
};

struct Worker {
  Counter steps;
  void AddTo(Worked& worked) const { worked.steps += steps.value(); }
};

TEST_CASE("A sum of parts that come and go never falls, and has all in the end") {
  constexpr int kThreads = 3;
  constexpr std::uint64_t kParts = 300;
  constexpr std::uint64_t kSteps = 100;
  SumOfParts<Worker, Worked> sum;
  std::atomic<int> at_work = kThreads;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (std::uint64_t part = 0; part < kParts; ++part) {
        const auto worker = std::make_unique<Worker>();
        sum.Add(worker.get());
        for (std::uint64_t step = 0; step < kSteps; ++step) worker->steps.Add(1);
        sum.Remove(worker.get());
      }
      --at_work;
    });
  }
  std::uint64_t last = 0;
  bool fell = false;
  while (at_work.load() > 0) {
    const std::uint64_t now = sum.Sum().steps;
    fell = fell || now < last;
    last = now;
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(fell);
  CHECK(sum.Sum().steps == kThreads * kParts * kSteps);
}

TEST_CASE("A part that is removed twice, or was never there, counts once or not") {
  SumOfParts<Worker, Worked> sum;
  Worker worker;
  Worker stranger;
  worker.steps.Add(5);
  stranger.steps.Add(7);
  sum.Add(&worker);
  sum.Remove(&stranger);
  CHECK(sum.Sum().steps == 5);
  sum.Remove(&worker);
  sum.Remove(&worker);
  CHECK(sum.Sum().steps == 5);
}

TEST_CASE("No latency is lost when threads record at once, and no snapshot falls behind another") {
  constexpr int kThreads = 3;
  constexpr std::int64_t kEach = 20000;
  LatencyRecorder recorder;
  SharedCounter calls;
  std::atomic<int> at_work = kThreads;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (std::int64_t each = 1; each <= kEach; ++each) {
        recorder.Record(each);
        calls.Add(2);
      }
      --at_work;
    });
  }
  LatencyHistogram last;
  bool fell = false;
  while (at_work.load() > 0) {
    const LatencyHistogram now = recorder.Snapshot();
    fell = fell || now.count() < last.count() || now.sum() < last.sum();
    last = now;
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(fell);
  const LatencyHistogram all = recorder.Snapshot();
  CHECK(all.count() == kThreads * kEach);
  CHECK(all.sum() == absl::Nanoseconds(kThreads * kEach * (kEach + 1) / 2));
  CHECK(calls.value() == 2 * kThreads * kEach);
}

}  // namespace
}  // namespace rill::base
