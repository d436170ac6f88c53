#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"

namespace rill::engine {

// Spreads work in pieces over time, so that it takes no more than so many bytes a second. What was
// late by some milliseconds is made up for. Not thread-safe.
class Throttle {
 public:
  // `bytes_per_second` is above 0.
  explicit Throttle(double bytes_per_second) : bytes_per_second_(bytes_per_second) {}

  // From the next piece on; above 0.
  void SetBytesPerSecond(double bytes_per_second) { bytes_per_second_ = bytes_per_second; }

  // When the next piece may begin, after one of `bytes` was done at `now`.
  absl::Time After(std::uint64_t bytes, absl::Time now) {
    const absl::Time begin = std::clamp(next_, now - kCatchUp, now);
    next_ = begin + absl::Seconds(static_cast<double>(bytes) / bytes_per_second_);
    return next_;
  }

 private:
  static constexpr absl::Duration kCatchUp = absl::Milliseconds(10);

  double bytes_per_second_;
  absl::Time next_ = absl::InfinitePast();
};

}  // namespace rill::engine
