#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "steady_state.h"

namespace rill::bench {

void RegisterLimits();
void RegisterAppends();
void RegisterReads();
void RegisterHandOverLimits();
void RegisterPubSub();
void RegisterParallel();
void RegisterMessages();

namespace {

// A hot path, what it is measured against, the part of that it should reach, and the part below
// which the run fails.
struct Target {
  const char* path;
  const char* limit;
  double target;
  double floor;
};
constexpr Target kTargets[] = {
    {"append/batch/mem", "limit/append/mem", 0.8, 0.5},
    {"append/batch/file", "limit/append/file", 0.8, 0.5},
    {"append/producer/mem", "limit/append/mem", 0.25, 0.2},
    {"append/producer/file", "limit/append/file", 0.4, 0.2},
    {"append/sync/mem", "limit/append_sync/mem", 0.4, 0.2},
    {"append/sync/file", "limit/append_sync/file", 0.4, 0.2},
    {"read/scan/mem", "limit/scan/mem", 0.6, 0.4},
    {"read/scan/file", "limit/scan/file", 0.6, 0.4},
    {"parallel/producer/two_partitions/mem", "parallel/producer/one_thread/mem", 1.7, 1},
    {"parallel/producer/two_partitions/file", "parallel/producer/one_thread/file", 1.7, 1},
    {"parallel/producer/one_partition/mem", "parallel/producer/one_thread/mem", 0.8, 0.4},
    {"parallel/producer/one_partition/file", "parallel/producer/one_thread/file", 0.8, 0.4},
    {"parallel/producer/with_reader/mem", "parallel/producer/one_thread/mem", 0.9, 0.5},
    {"parallel/producer/with_reader/file", "parallel/producer/one_thread/file", 0.9, 0.5},
    {"parallel/sync/two_partitions/mem", "parallel/sync/one_thread/mem", 1.7, 1},
    {"parallel/sync/two_partitions/file", "parallel/sync/one_thread/file", 1.7, 1},
    {"parallel/sync/one_partition/mem", "parallel/sync/one_thread/mem", 0.8, 0},
    {"parallel/sync/one_partition/file", "parallel/sync/one_thread/file", 0.8, 0},
    {"parallel/sync/with_reader/mem", "parallel/sync/one_thread/mem", 0.9, 0},
    {"parallel/sync/with_reader/file", "parallel/sync/one_thread/file", 0.9, 0},
};

// A latency that should be at most `most` times that of its limit. Printed, and no reason to fail.
struct LatencyTarget {
  const char* path;
  const char* limit;
  const char* percentile;
  double most;
};
constexpr LatencyTarget kLatencyTargets[] = {
    {"pubsub/spin", "limit/spin", "p50_ns", 3},
    {"pubsub/spin", "limit/spin", "p99.9_ns", 5},
    {"pubsub/spin_client", "limit/spin", "p50_ns", 3},
    {"pubsub/spin_client", "limit/spin", "p99.9_ns", 5},
    {"pubsub/block", "limit/futex", "p50_ns", 2},
    {"pubsub/block_client", "limit/futex", "p50_ns", 2},
};

// Prints what it is given as the console reporter does, and keeps the medians.
class MedianReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.aggregate_name != "median") continue;
      const auto bytes = run.counters.find("bytes_per_second");
      if (bytes != run.counters.end()) medians_[run.run_name.function_name] = bytes->second;
      counters_[run.run_name.function_name] = run.counters;
    }
    ConsoleReporter::ReportRuns(runs);
  }

  // The ratios of paths to limits. False when one is below its floor.
  bool PrintRatios() const {
    bool reached = true;
    for (const Target& target : kTargets) {
      const auto path = medians_.find(target.path);
      const auto limit = medians_.find(target.limit);
      if (path == medians_.end() || limit == medians_.end()) continue;
      const double ratio = path->second / limit->second;
      reached = reached && ratio >= target.floor;
      const char* const verdict = ratio >= target.target  ? ""
                                  : ratio >= target.floor ? "  MISSED"
                                                          : "  BELOW THE FLOOR";
      fmt::print("{:<38} {:6.2f} GB/s   {:<34} {:6.2f} GB/s   target {:.2f}, is {:.2f}{}\n",
                 path->first, path->second / 1e9, limit->first, limit->second / 1e9, target.target,
                 ratio, verdict);
    }
    return reached;
  }

  void PrintLatencies() const {
    for (const LatencyTarget& target : kLatencyTargets) {
      for (const char* where : {"/mem", "/file"}) {
        const std::string path = std::string(target.path) + where;
        const double nanos = Counter(path, target.percentile);
        const double best = Counter(target.limit, target.percentile);
        if (nanos == 0 || best == 0) continue;
        const double ratio = nanos / best;
        fmt::print("{:<22} {:<8} {:8.0f} ns   {:<12} {:8.0f} ns   target {:.1f}x, is {:.1f}x{}\n",
                   path, target.percentile, nanos, target.limit, best, target.most, ratio,
                   ratio <= target.most ? "" : "  MISSED");
      }
    }
  }

 private:
  // Zero when it was not measured.
  double Counter(const std::string& benchmark, const std::string& counter) const {
    const auto found = counters_.find(benchmark);
    if (found == counters_.end()) return 0;
    const auto value = found->second.find(counter);
    return value == found->second.end() ? 0 : value->second.value;
  }

  std::map<std::string, double> medians_;
  std::map<std::string, benchmark::UserCounters> counters_;
};

constexpr const char* kUsage =
    "usage: rill_bench [--require_counts] [--benchmark_...]\n"
    "\n"
    "Measures each hot path beside its limit, and fails where one is below its floor, or asks the\n"
    "heap or the kernel for something for each record.\n"
    "\n"
    "  --require_counts          fail where system calls cannot be counted\n"
    "  --benchmark_filter=REGEX  measure what has a name that matches\n"
    "  --benchmark_list_tests    print the names\n"
    "  --benchmark_...           Google Benchmark's others: repetitions, out, out_format, ...\n"
    "\n"
    "Files go to $RILL_BENCH_DIR, or where you stand.\n";

// Takes `flag` out of the arguments. Whether it was there.
bool Take(std::vector<std::string>& arguments, std::string_view flag) {
  return std::erase(arguments, flag) > 0;
}

// Paths and limits take turns, so that what else the machine does falls on both; flags on the
// command line come later and win.
std::vector<std::string> WithDefaults(int argc, char** argv) {
  std::vector<std::string> arguments = {argv[0], "--benchmark_enable_random_interleaving=true",
                                        "--benchmark_repetitions=5"};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  return arguments;
}

}  // namespace
}  // namespace rill::bench

int main(int argc, char** argv) {
  std::vector<std::string> arguments = rill::bench::WithDefaults(argc, argv);
  if (rill::bench::Take(arguments, "--help") || rill::bench::Take(arguments, "-h")) {
    fmt::print("{}", rill::bench::kUsage);
    return 0;
  }
  const auto uncounted = rill::bench::Take(arguments, "--require_counts")
                             ? rill::bench::Uncounted::kFails
                             : rill::bench::Uncounted::kPasses;
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  rill::bench::RegisterLimits();
  rill::bench::RegisterAppends();
  rill::bench::RegisterReads();
  rill::bench::RegisterHandOverLimits();
  rill::bench::RegisterPubSub();
  rill::bench::RegisterParallel();
  rill::bench::RegisterMessages();
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 1;
  rill::bench::MedianReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.PrintLatencies();
  const bool reached = reporter.PrintRatios();
  return rill::bench::PrintUnsteady(uncounted) && reached ? 0 : 1;
}
