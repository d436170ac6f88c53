#pragma once

#include <cstdint>

#include "base/counter.h"
#include "base/latency_recorder.h"
#include "base/sum_of_parts.h"

namespace rill::log {

// What one log, or several, counted.
struct LogCounts {
  std::uint64_t appended_records = 0;
  std::uint64_t appended_batches = 0;
  std::uint64_t appended_bytes = 0;
  std::uint64_t append_failures = 0;
  std::uint64_t read_records = 0;
  std::uint64_t read_bytes = 0;
};

// What a log counts of appends, under its append lock.
struct AppendCounters {
  base::Counter records;
  base::Counter batches;
  base::Counter bytes;
};

// What a log counts of reads, of any number of threads.
struct ReadCounters {
  base::SharedCounter records;
  base::SharedCounter bytes;
};

class PartitionLog;

// What an engine's logs have done together. Ten thousand logs share the recorders: what they record
// is rare (a flush, a roll, a sleep) or sampled. Each log has counters of its own for what is not.
struct LogMetrics {
  base::SumOfParts<PartitionLog, LogCounts> logs;

  base::LatencyRecorder append_latency;
  base::LatencyRecorder flush_latency;
  base::LatencyRecorder durable_wait;
  base::LatencyRecorder roll_latency;
  base::LatencyRecorder read_wait;
  base::SharedCounter flush_failures;
  base::SharedCounter deleted_segments;
  base::SharedCounter deleted_bytes;

  base::LatencyRecorder compaction_slice_latency;
  base::SharedCounter compactions;
  base::SharedCounter compaction_failures;
  base::SharedCounter compaction_read_bytes;
  base::SharedCounter compaction_written_bytes;
  base::SharedCounter compaction_read_records;
  base::SharedCounter compaction_kept_records;
};

}  // namespace rill::log
