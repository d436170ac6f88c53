#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "base/parse_number.h"
#include "bench_log.h"
#include "median.h"
#include "strategy.h"
#include "usage.h"

// rill_pages [ROUNDS] [warm | cold] > pages.json
//
// How fast, and how evenly, do bytes get into a file's pages? Each strategy of strategy.h fills a
// file of 512 MiB in chunks of several sizes, in turns; then the file is read through its mapping,
// as a consumer does. With `cold`, the kernel's caches are dropped before each file (needs root),
// so that its pages are ones that nobody used for a while; with `warm`, the default, they are those
// that the file before gave back. Prints medians of the rounds; JSON goes to the standard output.
namespace rill::bench {
namespace {

constexpr std::uint64_t kFileBytes = std::uint64_t{512} << 20;

struct Way {
  std::string name;
  std::function<std::unique_ptr<Strategy>()> make;
};

std::vector<Way> AllWays() {
  std::vector<Way> ways = {{"store, fault", StoreAndFault},
                           {"pwrite, pwrite to show", WriteTwice},
                           {"pwrite, store to show", WriteAndStore}};
  const std::pair<Ahead, const char*> aheads[] = {
      {Ahead::kReadAround, ""}, {Ahead::kNothing, ", random"}, {Ahead::kZeros, ", zeros first"}};
  for (const auto& [ahead, suffix] : aheads) {
    for (const std::uint64_t kilobytes : {64, 256, 2048, 16384}) {
      ways.push_back({fmt::format("populate {} KiB{}", kilobytes, suffix),
                      [=, ahead = ahead] { return StoreAndPopulate(kilobytes << 10, ahead); }});
    }
  }
  return ways;
}

double SecondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct Figures {
  std::vector<double> fill;   // GB/s
  std::vector<double> p999;   // us, of one chunk
  std::vector<double> worst;  // us, of one chunk
  std::vector<double> scan;   // GB/s
};

void DropCaches() {
  std::FILE* const file = std::fopen("/proc/sys/vm/drop_caches", "w");
  if (file == nullptr) Require(absl::PermissionDeniedError("cold needs root, to drop caches"));
  std::fputs("3", file);
  std::fclose(file);
}

std::uint64_t Sum(const PageFile& file) {
  const auto* words = reinterpret_cast<const std::uint64_t*>(file.data());
  return std::accumulate(words, words + file.size() / sizeof *words, std::uint64_t{0});
}

void FillOnce(const std::string& path, const Way& way, std::size_t chunk_bytes, Figures& figures) {
  PageFile file(path, kFileBytes);
  const std::unique_ptr<Strategy> strategy = way.make();
  const std::string chunk(chunk_bytes, 'c');
  std::vector<double> times;
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t at = 0; at + chunk_bytes <= kFileBytes; at += chunk_bytes) {
    const auto chunk_begin = std::chrono::steady_clock::now();
    strategy->Store(file, at, chunk);
    times.push_back(SecondsSince(chunk_begin) * 1e6);
  }
  figures.fill.push_back(kFileBytes / SecondsSince(begin) / 1e9);
  std::sort(times.begin(), times.end());
  figures.p999.push_back(times[times.size() * 999 / 1000]);
  figures.worst.push_back(times.back());
  const auto scan_begin = std::chrono::steady_clock::now();
  volatile std::uint64_t sum = Sum(file);
  (void)sum;
  figures.scan.push_back(kFileBytes / SecondsSince(scan_begin) / 1e9);
}

void Print(bool first, const Way& way, std::size_t chunk_bytes, const Figures& figures) {
  fmt::print(
      stderr,
      "{:>5} KiB  {:<26} {:5.2f} GB/s   p99.9 {:7.0f} us   worst {:7.0f} us   scan {:5.2f} GB/s\n",
      chunk_bytes >> 10, way.name, Median(figures.fill), Median(figures.p999),
      Median(figures.worst), Median(figures.scan));
  fmt::print(R"({}{{"way": "{}", "chunk_kib": {}, "fill_gb_s": {:.3f}, "p999_us": {:.1f}, )"
             R"("worst_us": {:.1f}, "scan_gb_s": {:.3f}}})",
             first ? "" : ",\n", way.name, chunk_bytes >> 10, Median(figures.fill),
             Median(figures.p999), Median(figures.worst), Median(figures.scan));
}

void Run(int rounds, bool cold) {
  const ScratchFolder folder;
  const std::vector<Way> ways = AllWays();
  fmt::print(R"({{"pages": "{}", "rows": [)", cold ? "cold" : "warm");
  bool first = true;
  for (const std::size_t kilobytes : {16, 64, 256, 1024}) {
    std::vector<Figures> figures(ways.size());
    for (int round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < ways.size(); ++i) {
        if (cold) DropCaches();
        FillOnce(folder.path() + "/pages", ways[i], kilobytes << 10, figures[i]);
      }
    }
    for (std::size_t i = 0; i < ways.size(); ++i) {
      Print(first, ways[i], kilobytes << 10, figures[i]);
      first = false;
    }
  }
  fmt::print("]}}\n");
}

}  // namespace
}  // namespace rill::bench

int main(int argc, char** argv) {
  constexpr const char* kUsage = "rill_pages [ROUNDS] [warm | cold]";
  if (const auto answer = rill::bench::AnswerUsage(argc, argv, 2, kUsage)) return *answer;
  const int rounds = argc > 1 ? rill::base::ParseNumber<int>(argv[1]).value_or(0) : 3;
  const std::string memory = argc > 2 ? argv[2] : "warm";
  if (rounds < 1 || (memory != "warm" && memory != "cold")) {
    fmt::print(stderr, "ROUNDS is a number from 1 on, and then comes warm or cold\nusage: {}\n",
               kUsage);
    return 2;
  }
  rill::bench::Run(rounds, memory == "cold");
}
