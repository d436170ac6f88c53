#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rill::bench {

// What a thread has been through so far, as the kernel counts it.
struct ThreadCounts {
  std::int64_t cpu_nanos = 0;
  std::int64_t waits = 0;        // went to sleep: for a lock, or for the disk
  std::int64_t preemptions = 0;  // the scheduler gave its processor to another
  std::int64_t faults = 0;

  static ThreadCounts Now();
};

// The appends that took long, by what happened while they were under way.
class SlowAppends {
 public:
  static constexpr std::int64_t kSlowNanos = 250'000;

  void Add(std::int64_t nanos, bool rolled, const ThreadCounts& before, const ThreadCounts& after);
  void Merge(const SlowAppends& other);
  // A row of a table for each cause: how many, the longest, how long in all, and how much of that
  // was spent on a processor.
  void Print(const std::string& side) const;

 private:
  struct Sum {
    std::int64_t count = 0;
    std::int64_t nanos = 0;
    std::int64_t cpu_nanos = 0;
    std::int64_t most_nanos = 0;
    std::int64_t over_a_millisecond = 0;
  };
  std::map<std::string, Sum> by_cause_;
};

}  // namespace rill::bench
