#include "slow_appends.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdio>

namespace rill::bench {

ThreadCounts ThreadCounts::Now() {
  timespec cpu = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
  rusage usage = {};
  getrusage(RUSAGE_THREAD, &usage);
  return {.cpu_nanos = cpu.tv_sec * 1'000'000'000 + cpu.tv_nsec,
          .waits = usage.ru_nvcsw,
          .preemptions = usage.ru_nivcsw,
          .faults = usage.ru_minflt + usage.ru_majflt};
}

void SlowAppends::Add(std::int64_t nanos, bool rolled, const ThreadCounts& before,
                      const ThreadCounts& after) {
  if (nanos < kSlowNanos) return;
  std::string cause;
  const auto happened = [&](bool it_did, const char* what) {
    if (it_did) cause += cause.empty() ? what : std::string(", ") + what;
  };
  happened(rolled, "roll");
  happened(after.waits > before.waits, "waited");
  happened(after.preemptions > before.preemptions, "preempted");
  happened(after.faults > before.faults, "fault");
  if (cause.empty()) cause = "none of these";
  Sum& sum = by_cause_[cause];
  sum.count += 1;
  sum.nanos += nanos;
  sum.cpu_nanos += after.cpu_nanos - before.cpu_nanos;
  sum.most_nanos = std::max(sum.most_nanos, nanos);
  sum.over_a_millisecond += nanos > 1'000'000 ? 1 : 0;
}

void SlowAppends::Merge(const SlowAppends& other) {
  for (const auto& [cause, sum] : other.by_cause_) {
    Sum& mine = by_cause_[cause];
    mine.count += sum.count;
    mine.nanos += sum.nanos;
    mine.cpu_nanos += sum.cpu_nanos;
    mine.most_nanos = std::max(mine.most_nanos, sum.most_nanos);
    mine.over_a_millisecond += sum.over_a_millisecond;
  }
}

void SlowAppends::Print(const std::string& side) const {
  for (const auto& [cause, sum] : by_cause_) {
    fmt::print(stderr, "| {} | {} | {} | {} | {:.2f} | {:.1f} | {:.1f} |\n", side, cause, sum.count,
               sum.over_a_millisecond, static_cast<double>(sum.most_nanos) / 1e6,
               static_cast<double>(sum.nanos) / 1e6, static_cast<double>(sum.cpu_nanos) / 1e6);
  }
}

}  // namespace rill::bench
