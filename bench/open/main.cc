#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "base/parse_number.h"
#include "bench_log.h"
#include "steady_state.h"
#include "stored_log.h"
#include "usage.h"

// rill_open
//
// What it takes to open a log that was closed cleanly, of 1 GB and of 50 GB: time, what is read,
// and system calls, with all of the folder in the system's caches and with nothing of it (which
// takes root). Medians; a table goes to the standard output.
namespace rill::bench {
namespace {

constexpr std::uint64_t kGigabyte = 1'000'000'000;

struct Cost {
  double micros = 0;
  double bytes_read = 0;  // by calls
  double bytes_of_disk = 0;
  double faults = 0;
  double system_calls = 0;
};

// A line of /proc/self/io.
double OfProcess(const std::string& name) {
  std::ifstream io("/proc/self/io");
  double value = 0;
  for (std::string word; io >> word;) {
    if (word == name + ":") io >> value;
  }
  return value;
}

double Faults() {
  rusage usage = {};
  getrusage(RUSAGE_THREAD, &usage);
  return static_cast<double>(usage.ru_minflt + usage.ru_majflt);
}

Cost OpenOnce(const std::string& path) {
  Options options;
  options.maintenance = Options::Maintenance::kByCaller;
  Cost cost;
  // The counting itself reads.
  const double own = -OfProcess("rchar") + OfProcess("rchar");
  const double disk = OfProcess("read_bytes");
  const double read = OfProcess("rchar");
  const double faults = Faults();
  const SteadyState calls;
  const auto begin = std::chrono::steady_clock::now();
  Engine engine = Require(Open(path, options));
  const Partition partition = Require(Require(engine.FindTopic("stored")).partition(0));
  const auto end = std::chrono::steady_clock::now();
  cost.system_calls = static_cast<double>(calls.Stop().system_calls.value_or(0));
  cost.faults = Faults() - faults;
  cost.bytes_read = OfProcess("rchar") - read - own;
  cost.bytes_of_disk = OfProcess("read_bytes") - disk;
  cost.micros = std::chrono::duration<double, std::micro>(end - begin).count();
  if (partition.log_end_offset() == 0) Require(absl::InternalError("nothing is there"));
  Require(engine.Close());
  return cost;
}

// False where this is not root's process.
bool DropCaches() {
  sync();
  std::ofstream drop("/proc/sys/vm/drop_caches");
  drop << "3" << std::flush;
  return drop.good();
}

double Median(std::vector<Cost>& costs, double Cost::*figure) {
  std::sort(costs.begin(), costs.end(),
            [&](const Cost& a, const Cost& b) { return a.*figure < b.*figure; });
  return costs[costs.size() / 2].*figure;
}

void Print(const std::string& name, std::vector<Cost>& costs) {
  fmt::print("| {} | {:.0f} | {:.0f} | {:.0f} | {:.0f} | {:.0f} |\n", name,
             Median(costs, &Cost::micros), Median(costs, &Cost::bytes_read),
             Median(costs, &Cost::bytes_of_disk), Median(costs, &Cost::faults),
             Median(costs, &Cost::system_calls));
  std::fflush(stdout);
}

void Measure(std::uint64_t gigabytes, std::uint64_t segment_bytes) {
  const StoredLog stored(gigabytes * kGigabyte, segment_bytes);
  const std::string name =
      fmt::format("{} GB in segments of {} MiB", gigabytes, segment_bytes >> 20);
  std::vector<Cost> warm;
  for (int i = 0; i < 11; ++i) warm.push_back(OpenOnce(stored.path()));
  Print(name, warm);
  std::vector<Cost> cold;
  for (int i = 0; i < 5 && DropCaches(); ++i) cold.push_back(OpenOnce(stored.path()));
  if (!cold.empty()) Print(name + ", cold", cold);
}

}  // namespace
}  // namespace rill::bench

int main(int argc, char** argv) {
  using namespace rill::bench;
  constexpr const char* kUsage = "rill_open [GIGABYTES of the larger log]";
  if (const auto answer = AnswerUsage(argc, argv, 1, kUsage)) return *answer;
  const int larger = argc > 1 ? rill::base::ParseNumber<int>(argv[1]).value_or(0) : 50;
  if (larger < 1) {
    fmt::print(stderr, "GIGABYTES is a number from 1 on\nusage: {}\n", kUsage);
    return 2;
  }
  fmt::print("| stored | open us | bytes read | bytes from disk | faults | system calls |\n");
  fmt::print("| --- | --- | --- | --- | --- | --- |\n");
  for (const std::uint64_t segment_bytes : {std::uint64_t{1} << 30, std::uint64_t{64} << 20}) {
    for (const int gigabytes : {1, larger}) {
      Measure(static_cast<std::uint64_t>(gigabytes), segment_bytes);
    }
  }
}
