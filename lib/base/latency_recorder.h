#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "rill/latency_histogram.h"

namespace rill::base {

// A LatencyHistogram that is being filled. Thread-safe; allocates nothing.
class LatencyRecorder {
 public:
  // A negative time, by a clock that was set back, counts as none.
  void Record(std::int64_t nanos) {
    counts_[LatencyHistogram::BucketOf(nanos)].fetch_add(1, std::memory_order_relaxed);
    sum_nanos_.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(nanos, 0)),
                         std::memory_order_relaxed);
  }

  LatencyHistogram Snapshot() const {
    LatencyHistogram histogram;
    AddTo(histogram);
    return histogram;
  }
  // Adds what was counted here: for one histogram of what several threads have recorders for.
  void AddTo(LatencyHistogram& histogram) const {
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      const std::uint64_t count = counts_[bucket].load(std::memory_order_relaxed);
      histogram.counts_[bucket] += count;
      histogram.count_ += count;
    }
    histogram.sum_nanos_ += sum_nanos_.load(std::memory_order_relaxed);
  }

 private:
  // Relaxed, for nothing is published by them: each is a sum that no addition is lost from, and
  // that never falls for whoever looks again (one location has one order). A snapshot may be in the
  // middle of a Record, and have its count without its time.
  std::array<std::atomic<std::uint64_t>, LatencyHistogram::kBuckets> counts_ = {};
  std::atomic<std::uint64_t> sum_nanos_ = 0;
};

}  // namespace rill::base
