#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "steady_state.h"

namespace rill::bench {

inline std::int64_t SteadyNanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Keeps the calling thread on one processor while it lives; on those it had before, where the
// machine has no such processor.
class PinnedTo {
 public:
  explicit PinnedTo(int processor);
  ~PinnedTo();
  PinnedTo(const PinnedTo&) = delete;
  PinnedTo& operator=(const PinnedTo&) = delete;

 private:
  std::vector<unsigned char> former_;  // the mask of before; empty where it was kept
};

// Single latencies, every one of them kept. The first kWarmUp are not counted.
class Latencies {
 public:
  static constexpr std::int64_t kWarmUp = 1000;

  explicit Latencies(std::int64_t most) { nanos_.reserve(static_cast<std::size_t>(most)); }
  void Add(std::int64_t nanos) { nanos_.push_back(nanos); }
  // Counters p50_ns, p99_ns, p99.9_ns, p99.99_ns and max_ns: what was added, divided by `parts`.
  // An error where too few were taken.
  void Report(benchmark::State& state, double parts);

 private:
  std::vector<std::int64_t> nanos_;
};

// What one reading of the clock takes at the median.
std::int64_t ClockNanos();

// How often the threads of this process went to sleep up to now.
std::int64_t Sleeps();

// Ends the program where a message is not the one that was waited for.
void RequireMessage(std::int64_t expected, std::int64_t received);

// Numbers go from this thread, on processor 0, to another, on processor 1, and each comes back
// before the next goes out. A channel has `Publish(number)` for one thread and `Receive()`, which
// gives the next number, for the other; `there` and `back` are two that share nothing. Reported is
// half the time of a round trip, from clock to clock, without what reading the clock takes; and as
// sleeps_per_message, how often a thread slept for each number that it got. Who spins must be
// steady (steady_state.h): each round trip is two records.
enum class Wake { kSpin, kBlock };
template <typename Channel>
void HandOver(benchmark::State& state, Channel& there, Channel& back, Wake wake) {
  const auto count = static_cast<std::int64_t>(state.max_iterations);
  const std::int64_t clock_nanos = ClockNanos();
  Latencies round_trips(count);
  SteadyState::Counts echo_counts;
  std::thread echo([&] {
    const PinnedTo pinned(1);
    const SteadyState steady;
    for (std::int64_t i = 1; i <= count; ++i) {
      const std::int64_t number = there.Receive();
      back.Publish(number);
      RequireMessage(i, number);
    }
    echo_counts = steady.Stop();
  });
  {
    const PinnedTo pinned(0);
    const std::int64_t sleeps = Sleeps();
    const SteadyState steady;
    std::int64_t number = 0;
    std::int64_t before = SteadyNanos();
    for (auto _ : state) {
      there.Publish(++number);
      RequireMessage(number, back.Receive());
      const std::int64_t now = SteadyNanos();
      round_trips.Add(now - before - clock_nanos);
      before = now;
    }
    SteadyState::Counts counts = steady.Stop();
    echo.join();
    counts.Add(echo_counts);
    if (wake == Wake::kSpin) RequireSteady(state, counts, 2 * static_cast<double>(count));
    state.counters["sleeps_per_message"] =
        static_cast<double>(Sleeps() - sleeps) / static_cast<double>(2 * count);
  }
  round_trips.Report(state, 2);
}

// What a benchmark of hand-overs repeats.
inline constexpr std::int64_t kSpinHandOvers = 300'000;
inline constexpr std::int64_t kBlockHandOvers = 30'000;

}  // namespace rill::bench
