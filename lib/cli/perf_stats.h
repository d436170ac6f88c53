#pragma once

#include <cstdint>
#include <ostream>
#include <vector>

#include "absl/time/time.h"

namespace rill::cli {

// Latencies of sends, summed up and printed as Kafka's ProducerPerformance does. Not thread-safe.
class PerfStats {
 public:
  // `records` (> 0) are expected; lines go to `out` every `interval`.
  PerfStats(std::ostream& out, std::int64_t records, absl::Duration interval, bool is_steady_state,
            absl::Time now);

  void Record(std::int64_t latency_ms, std::size_t bytes, absl::Time now);
  // No more lines, but for the last.
  void Suppress() { is_suppressed_ = true; }
  void PrintTotal(absl::Time now);

 private:
  struct Sum {
    absl::Time since;
    std::int64_t count = 0;
    std::int64_t bytes = 0;
    std::int64_t latency_ms = 0;
    std::int64_t most_ms = 0;

    void Add(std::int64_t added_ms, std::size_t added_bytes);
  };
  void PrintWindow(absl::Time now);

  std::ostream& out_;
  absl::Duration interval_;
  bool is_steady_state_;
  bool is_suppressed_ = false;
  std::int64_t sampling_;  // the latency of every so many is kept
  std::vector<std::int64_t> latencies_ms_;
  Sum all_;
  Sum window_;
};

}  // namespace rill::cli
