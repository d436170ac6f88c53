#include "latency.h"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace rill::bench {
namespace {

std::int64_t Percentile(const std::vector<std::int64_t>& sorted, double part) {
  const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

PinnedTo::PinnedTo(int processor) {
  cpu_set_t former;
  if (sched_getaffinity(0, sizeof former, &former) != 0) return;
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  CPU_SET(processor, &wanted);
  if (sched_setaffinity(0, sizeof wanted, &wanted) != 0) return;
  former_.resize(sizeof former);
  std::memcpy(former_.data(), &former, sizeof former);
}

PinnedTo::~PinnedTo() {
  if (former_.empty()) return;
  cpu_set_t former;
  std::memcpy(&former, former_.data(), sizeof former);
  sched_setaffinity(0, sizeof former, &former);
}

std::int64_t ClockNanos() {
  std::vector<std::int64_t> readings(10'000);
  std::int64_t before = SteadyNanos();
  for (std::int64_t& reading : readings) {
    const std::int64_t now = SteadyNanos();
    reading = now - before;
    before = now;
  }
  std::sort(readings.begin(), readings.end());
  return Percentile(readings, 0.5);
}

std::int64_t Sleeps() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nvcsw;
}

void RequireMessage(std::int64_t expected, std::int64_t received) {
  if (expected == received) return;
  std::fprintf(stderr, "rill_bench: message %lld came where %lld was due\n",
               static_cast<long long>(received), static_cast<long long>(expected));
  std::abort();
}

void Latencies::Report(benchmark::State& state, double parts) {
  if (static_cast<std::int64_t>(nanos_.size()) <= kWarmUp) {
    state.SkipWithError("fewer messages than the warm-up takes: run with more iterations");
    return;
  }
  nanos_.erase(nanos_.begin(), nanos_.begin() + kWarmUp);
  std::sort(nanos_.begin(), nanos_.end());
  const auto at = [&](double part) {
    return static_cast<double>(Percentile(nanos_, part)) / parts;
  };
  state.counters["p50_ns"] = at(0.5);
  state.counters["p99_ns"] = at(0.99);
  state.counters["p99.9_ns"] = at(0.999);
  state.counters["p99.99_ns"] = at(0.9999);
  state.counters["max_ns"] = at(1);
}

}  // namespace rill::bench
