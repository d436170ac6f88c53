#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "rill/export.h"

namespace rill {

namespace base {
class LatencyRecorder;
}

// How long something took, and how often: counts in buckets that are an eighth of their power of
// two wide, from a nanosecond to 18 minutes. What took longer counts in a last bucket without end.
//
// A value of some 2.5 KB: what was counted until it was taken. Safe to share while nobody assigns.
class RILL_EXPORT LatencyHistogram {
 public:
  std::uint64_t count() const { return count_; }
  // Of all together.
  absl::Duration sum() const { return absl::Nanoseconds(static_cast<std::int64_t>(sum_nanos_)); }

  // What `fraction` (0 to 1) of those counted did not pass: the end of the bucket where that is, so
  // at most an eighth more than what was measured. InfiniteDuration in the last bucket, zero when
  // nothing was counted.
  absl::Duration Quantile(double fraction) const;

  // How many took at most `latency`, as far as whole buckets tell: exact for a power of two of
  // nanoseconds, and for eighths from it to the next.
  std::uint64_t CountUpTo(absl::Duration latency) const;

  // What was counted after `earlier`, which is an earlier value of the same histogram, was taken:
  // for the quantiles of the last minute.
  LatencyHistogram Since(const LatencyHistogram& earlier) const;

 private:
  friend class base::LatencyRecorder;

  // The first eight nanoseconds each have a bucket, and then each power of two has eight.
  static constexpr int kBucketsPerPower = 8;
  static constexpr int kPowers = 40;  // of two, in nanoseconds: 2^40 are 18 minutes
  static constexpr std::size_t kBuckets = (kPowers - 2) * kBucketsPerPower + 1;

  static std::size_t BucketOf(std::int64_t nanos);
  // The longest that is in the bucket, in nanoseconds; INT64_MAX for the last.
  static std::int64_t EndOf(std::size_t bucket);

  std::array<std::uint64_t, kBuckets> counts_ = {};
  std::uint64_t count_ = 0;  // the sum of counts_
  std::uint64_t sum_nanos_ = 0;
};

}  // namespace rill
