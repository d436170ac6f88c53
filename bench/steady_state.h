#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <optional>

namespace rill::bench {

// Counts what the calling thread costs beside its instructions, from construction on: what it asks
// of the heap (malloc and all that comes to it: this program has its own) and of the kernel
// (raw_syscalls:sys_enter, which takes root or CAP_PERFMON and a mounted tracefs).
class SteadyState {
 public:
  SteadyState();
  ~SteadyState();
  SteadyState(const SteadyState&) = delete;
  SteadyState& operator=(const SteadyState&) = delete;

  struct Counts {
    std::uint64_t allocations = 0;
    std::optional<std::uint64_t> system_calls;  // none: nobody counts them for us here

    void Add(const Counts& other) {
      allocations += other.allocations;
      system_calls = system_calls.has_value() && other.system_calls.has_value()
                         ? std::optional(*system_calls + *other.system_calls)
                         : std::nullopt;
    }
  };
  Counts Stop() const;

 private:
  std::uint64_t allocations_;
  int file_;  // -1: they are not counted
};

// Shows `counts` of `records` records as the counters mallocs_per_record and syscalls_per_record.
// More than so many for 1,000 records fail the run: there are some at times, for a window of pages
// (six calls and two allocations for 3,000 records of 100 bytes, each a batch of its own), a
// reserve of blocks or a stretch of an index, but none for each record.
inline constexpr double kMostMallocsPerThousand = 2;
inline constexpr double kMostSyscallsPerThousand = 3;
void RequireSteady(benchmark::State& state, const SteadyState::Counts& counts, double records);

// Runs whose system calls could not be counted.
enum class Uncounted { kPasses, kFails };

// Whether all were steady; prints those that were not, and how many runs were not counted.
bool PrintUnsteady(Uncounted uncounted);

}  // namespace rill::bench
