#include "rill/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace rill {

// Bucket ends belong to their buckets, as Prometheus has it: of 9 to 16 nanoseconds each has a
// bucket, 17 and 18 share the next.
std::size_t LatencyHistogram::BucketOf(std::int64_t nanos) {
  const auto below = static_cast<std::uint64_t>(std::max<std::int64_t>(nanos, 1) - 1);
  if (below < kBucketsPerPower) return static_cast<std::size_t>(below);
  const int power = static_cast<int>(std::bit_width(below)) - 1;
  if (power >= kPowers) return kBuckets - 1;
  const auto eighth = static_cast<std::size_t>(below >> (power - 3)) % kBucketsPerPower;
  return static_cast<std::size_t>(power - 2) * kBucketsPerPower + eighth;
}

std::int64_t LatencyHistogram::EndOf(std::size_t bucket) {
  if (bucket == kBuckets - 1) return std::numeric_limits<std::int64_t>::max();
  const auto eighths = static_cast<std::int64_t>(bucket % kBucketsPerPower) + 1;
  if (bucket < kBucketsPerPower) return eighths;
  return (kBucketsPerPower + eighths) << (bucket / kBucketsPerPower - 1);
}

absl::Duration LatencyHistogram::Quantile(double fraction) const {
  if (count_ == 0) return absl::ZeroDuration();
  const double rank = std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count_));
  const auto wanted = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rank), 1, count_);
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  for (; bucket < kBuckets - 1; ++bucket) {
    seen += counts_[bucket];
    if (seen >= wanted) return absl::Nanoseconds(EndOf(bucket));
  }
  return absl::InfiniteDuration();
}

std::uint64_t LatencyHistogram::CountUpTo(absl::Duration latency) const {
  const std::int64_t nanos = absl::ToInt64Nanoseconds(latency);
  std::uint64_t count = 0;
  for (std::size_t bucket = 0; bucket < kBuckets && EndOf(bucket) <= nanos; ++bucket) {
    count += counts_[bucket];
  }
  return count;
}

LatencyHistogram LatencyHistogram::Since(const LatencyHistogram& earlier) const {
  const auto without = [](std::uint64_t now, std::uint64_t before) {
    return now - std::min(now, before);
  };
  LatencyHistogram since;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    since.counts_[bucket] = without(counts_[bucket], earlier.counts_[bucket]);
    since.count_ += since.counts_[bucket];
  }
  since.sum_nanos_ = without(sum_nanos_, earlier.sum_nanos_);
  return since;
}

}  // namespace rill
