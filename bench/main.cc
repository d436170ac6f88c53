#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

namespace rill::bench {

void RegisterLimits();
void RegisterAppends();
void RegisterReads();

namespace {

// A hot path, the limit it is measured against, and the part of it that it must reach.
struct Target {
  const char* path;
  const char* limit;
  double floor;
};
constexpr Target kTargets[] = {
    {"append/batch", "limit/append", 0.5},
    {"append/producer", "limit/append", 0.2},
    {"append/sync", "limit/append_sync", 0.0},
    {"read/scan", "limit/scan", 0.4},
};

// Prints what it is given as the console reporter does, and keeps the medians.
class MedianReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.aggregate_name != "median") continue;
      const auto bytes = run.counters.find("bytes_per_second");
      if (bytes != run.counters.end()) medians_[run.run_name.function_name] = bytes->second;
    }
    ConsoleReporter::ReportRuns(runs);
  }

  // The ratios of paths to limits. False when one is below its floor.
  bool PrintRatios() const {
    bool reached = true;
    for (const Target& target : kTargets) {
      for (const char* where : {"/mem", "/file"}) {
        const auto path = medians_.find(std::string(target.path) + where);
        const auto limit = medians_.find(std::string(target.limit) + where);
        if (path == medians_.end() || limit == medians_.end()) continue;
        const double ratio = path->second / limit->second;
        reached = reached && ratio >= target.floor;
        fmt::print("{:<22} {:6.2f} GB/s   {:<24} {:6.2f} GB/s   ratio {:.2f} (floor {:.2f}){}\n",
                   path->first, path->second / 1e9, limit->first, limit->second / 1e9, ratio,
                   target.floor, ratio >= target.floor ? "" : "  BELOW");
      }
    }
    return reached;
  }

 private:
  std::map<std::string, double> medians_;
};

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
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  rill::bench::RegisterLimits();
  rill::bench::RegisterAppends();
  rill::bench::RegisterReads();
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 1;
  rill::bench::MedianReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.PrintRatios() ? 0 : 1;
}
