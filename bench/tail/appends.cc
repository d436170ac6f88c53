#include "appends.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rill::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kWarmUp(300);
constexpr std::chrono::microseconds kEach(10);

std::uint32_t NanosBetween(steady_clock::time_point begin, steady_clock::time_point end) {
  const auto nanos = std::chrono::nanoseconds(end - begin).count();
  constexpr auto kMost = std::int64_t{std::numeric_limits<std::uint32_t>::max()};
  return static_cast<std::uint32_t>(std::min<std::int64_t>(nanos, kMost));
}

void Paced(std::chrono::milliseconds length, const std::function<bool()>& append, Appends& into) {
  auto due = steady_clock::now();
  const auto end = due + length;
  ThreadCounts before = ThreadCounts::Now();
  while (due < end) {
    while (steady_clock::now() < due) {
    }
    const auto begin = steady_clock::now();
    const bool rolled = append();
    const std::uint32_t nanos = NanosBetween(begin, steady_clock::now());
    const ThreadCounts after = ThreadCounts::Now();
    into.nanos.push_back(nanos);
    into.slow.Add(nanos, rolled, before, after);
    // Between two appends, too, others have their turn.
    before = ThreadCounts::Now();
    due = std::max(due + kEach, steady_clock::now());
  }
}

void FlatOut(std::chrono::milliseconds length, const std::function<bool()>& append, Appends& into) {
  const auto end = steady_clock::now() + length;
  // What keeping a latency takes is in none of them.
  for (auto begin = steady_clock::now(); begin < end; begin = steady_clock::now()) {
    append();
    into.nanos.push_back(NanosBetween(begin, steady_clock::now()));
  }
}

}  // namespace

void Appends::Merge(const Appends& other) {
  nanos.insert(nanos.end(), other.nanos.begin(), other.nanos.end());
  slow.Merge(other.slow);
}

std::int64_t Appends::Percentile(double part) {
  std::sort(nanos.begin(), nanos.end());
  const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(nanos.size())));
  return nanos[std::max<std::size_t>(rank, 1) - 1];
}

Appends TimeAppends(Pace pace, std::chrono::milliseconds length,
                    const std::function<bool()>& append) {
  const auto run = pace == Pace::kFlatOut ? FlatOut : Paced;
  Appends warm_up;
  run(kWarmUp, append, warm_up);
  Appends appends;
  run(length, append, appends);
  return appends;
}

}  // namespace rill::bench
