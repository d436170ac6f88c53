#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "appends.h"
#include "sides.h"
#include "usage.h"

// rill_tail [ROUNDS [SECONDS [SIDE]]] > tail.json
//
// The latency of single appends of 1,000 bytes, while another thread keeps the other core busy:
// of rill with all its background work, and beside it, in turns, of rill without, of a pwrite
// beside the same work by plain calls, and of a mere copy. Every latency is kept. Two rounds (by
// default) of turns of 3 seconds, at one append each 10 us and as fast as they go; of one side only
// (copy, pwrite, quiet, busy), for a profile. Tables go to the standard error, JSON for
// bench/plot.py to the standard output.
namespace rill::bench {
namespace {

constexpr std::pair<Pace, std::string_view> kPaces[] = {{Pace::kEvery10us, "one each 10 us"},
                                                        {Pace::kFlatOut, "as fast as it goes"}};

struct Percentiles {
  double p50, p99, p999, p9999, most;  // in microseconds

  explicit Percentiles(Appends& appends) {
    const auto micros = [&](double part) {
      return static_cast<double>(appends.Percentile(part)) / 1e3;
    };
    p50 = micros(0.5);
    p99 = micros(0.99);
    p999 = micros(0.999);
    p9999 = micros(0.9999);
    most = micros(1);
  }
};

void Print(std::string_view pace, std::map<Side, Appends>& sides, const char*& separator) {
  fmt::print(stderr, "\n| {} | appends | p50 us | p99 us | p99.9 us | p99.99 us | max us |\n",
             pace);
  fmt::print(stderr, "| --- | --- | --- | --- | --- | --- | --- |\n");
  for (const Side side : kSides) {
    Appends& appends = sides[side];
    if (appends.nanos.empty()) continue;
    const Percentiles at(appends);
    fmt::print(stderr, "| {} | {} | {:.2f} | {:.2f} | {:.1f} | {:.0f} | {:.0f} |\n", NameOf(side),
               appends.nanos.size(), at.p50, at.p99, at.p999, at.p9999, at.most);
    fmt::print(R"({}{{"pace": "{}", "side": "{}", "appends": {}, "p50_us": {:.3f}, )", separator,
               pace, NameOf(side), appends.nanos.size(), at.p50);
    separator = ", ";
    fmt::print(R"("p99_us": {:.3f}, "p999_us": {:.3f}, "p9999_us": {:.3f}, "max_us": {:.3f}}})",
               at.p99, at.p999, at.p9999, at.most);
  }
}

void PrintSlow(std::map<Side, Appends>& sides) {
  fmt::print(stderr,
             "\n| what took over 0.25 ms | cause | count | over 1 ms | worst ms | sum ms |");
  fmt::print(stderr, " of it on a processor |\n| --- | --- | --- | --- | --- | --- | --- |\n");
  for (const Side side : kSides) sides[side].slow.Print(std::string(NameOf(side)));
}

void Run(int rounds, std::chrono::milliseconds length, std::string_view only) {
  std::map<Pace, std::map<Side, Appends>> results;
  for (int round = 0; round < rounds; ++round) {
    for (const auto& [pace, name] : kPaces) {
      for (const Side side : kSides) {
        if (!only.empty() && only != WordFor(side)) continue;
        results[pace][side].Merge(TakeTurn(side, pace, length));
      }
    }
  }
  fmt::print(R"({{"tail": "appends", "rows": [)");
  const char* separator = "";
  for (const auto& [pace, name] : kPaces) Print(name, results[pace], separator);
  fmt::print("]}}\n");
  PrintSlow(results[Pace::kEvery10us]);
}

}  // namespace
}  // namespace rill::bench

int main(int argc, char** argv) {
  constexpr const char* kUsage = "rill_tail [ROUNDS [SECONDS [SIDE]]]";
  if (const auto answer = rill::bench::AnswerUsage(argc, argv, 3, kUsage)) return *answer;
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 2;
  const int seconds = argc > 2 ? std::atoi(argv[2]) : 3;
  if (rounds < 1 || seconds < 1) {
    fmt::print(stderr, "usage: {}\n", kUsage);
    return 2;
  }
  rill::bench::Run(rounds, std::chrono::seconds(seconds), argc > 3 ? argv[3] : "");
}
