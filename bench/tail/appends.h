#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "slow_appends.h"

namespace rill::bench {

enum class Pace { kEvery10us, kFlatOut };

// The latencies of single appends, every one of them.
struct Appends {
  std::vector<std::uint32_t> nanos;
  SlowAppends slow;  // only at a pace: looking at each takes as long as a fast one does

  void Merge(const Appends& other);
  // The latency that `part` of all do not pass, in nanoseconds. Sorts.
  std::int64_t Percentile(double part);
};

// Appends for `length` after a warm-up, and never sleeps. `append` appends once, and returns
// whether that began a new file. At a pace, an append that comes late is not made up for.
Appends TimeAppends(Pace pace, std::chrono::milliseconds length,
                    const std::function<bool()>& append);

}  // namespace rill::bench
