#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rill/export.h"
#include "rill/latency_histogram.h"
#include "rill/records.h"

namespace rill {

// What an engine has done since it was opened, and what it holds (Engine::Metrics).
//
// Counts only grow, whatever is deleted meanwhile, and have all that was done before the call that
// gave them. They are read one after the other while others go on: two of them may be an append
// apart. Those of appends and reads have the engine's own topics in them, too
// (__consumer_offsets). Latencies go by the system's monotonic clock, or by Options::clock where
// that was set.
struct EngineMetrics {
  // What was appended, by producers, to partitions and by the engine itself. Bytes are those of the
  // batches, as stored.
  std::uint64_t appended_records = 0;
  std::uint64_t appended_batches = 0;
  std::uint64_t appended_bytes = 0;
  // Appends that gave an error to whoever made them, for whatever reason: one for each batch that a
  // log or a partition did not take, and one for each record that a producer did not (too large, no
  // such partition, no room in its memory, the producer closed). Of a partition, without the
  // latter.
  std::uint64_t append_failures = 0;
  // From the call to the acknowledgement, of one append in 64; none of claimed records, which take
  // as long as the application does.
  LatencyHistogram append_latency;
  // How long a send waited for ProducerOptions::buffer_memory, of those that did.
  LatencyHistogram send_wait;

  // What reads gave, to consumers and from partitions. Bytes are those of the batches, as stored;
  // one that a read begins or ends inside of counts as a whole.
  std::uint64_t read_records = 0;
  std::uint64_t read_bytes = 0;
  // Calls of Consumer::Poll that returned, and those among them that had nothing to give.
  std::uint64_t polls = 0;
  std::uint64_t empty_polls = 0;
  // How long a Poll or a Partition::WaitFor slept, of those that slept.
  LatencyHistogram read_wait;

  // Flushes of a log to the disk, those that failed among them.
  LatencyHistogram flush_latency;
  std::uint64_t flush_failures = 0;
  // How long an append waited until it was on the disk, of those that had to (flush.messages).
  // durable_wait.count() by flush_latency.count() is how many shared a flush.
  LatencyHistogram durable_wait;

  // Ends of a segment and beginnings of the next, while appends to that partition wait.
  LatencyHistogram roll_latency;
  // Segments that retention and DeleteRecordsBefore took, and the bytes of their batches. Deleted
  // topics are not among them.
  std::uint64_t deleted_segments = 0;
  std::uint64_t deleted_bytes = 0;

  // Cleanings of compacted logs that came to their end, and those that were given up with an error.
  std::uint64_t compactions = 0;
  std::uint64_t compaction_failures = 0;
  // What they read and wrote. Each byte of a log may be read up to three times: for its headers,
  // for its keys, and to be written anew.
  std::uint64_t compaction_read_bytes = 0;
  std::uint64_t compaction_written_bytes = 0;
  // Of the segments that were written anew: the records that there were, and those that are left.
  std::uint64_t compaction_read_records = 0;
  std::uint64_t compaction_kept_records = 0;
  // The slices of that work, in between of which other background work has its turn.
  LatencyHistogram compaction_slice_latency;
  // When compacted logs were last looked at: of the one with the largest part that was never
  // compacted and may be, how much that is of all that would be read, in percent; and how many are
  // left alone, for they are damaged.
  std::uint64_t max_dirty_percent = 0;
  std::uint64_t uncleanable_partitions = 0;

  // In use at the moment, and the caps of Options on that. UINT64_MAX: none.
  std::uint64_t buffer_bytes = 0;
  std::uint64_t max_buffer_bytes = 0;
  std::uint64_t disk_bytes = 0;
  std::uint64_t max_disk_bytes = 0;
  std::uint64_t open_files = 0;
  std::uint64_t max_open_files = 0;
  std::uint64_t mappings = 0;

  // Internal topics included.
  std::uint64_t topics = 0;
  std::uint64_t partitions = 0;
};

// What was done to one partition since its log was opened, and where it stands
// (Engine::MetricsOfPartitions, Partition::Metrics). Fields are as in EngineMetrics and Partition.
struct PartitionMetrics {
  TopicPartition partition;
  std::uint64_t appended_records = 0;
  std::uint64_t appended_batches = 0;
  std::uint64_t appended_bytes = 0;
  std::uint64_t append_failures = 0;
  std::uint64_t read_records = 0;
  std::uint64_t read_bytes = 0;
  std::int64_t log_start_offset = 0;
  std::int64_t high_watermark = 0;
  std::int64_t log_end_offset = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t segments = 0;
};

// The metrics in Prometheus's text format, version 0.0.4, to be served as
// "text/plain; version=0.0.4". docs/guide/metrics.md lists the names, which stay. Of each of
// `partitions` there are eleven more lines, with the labels topic and partition: leave them out
// where there are thousands, or give a part of them.
RILL_EXPORT std::string FormatPrometheus(const EngineMetrics& metrics,
                                         const std::vector<PartitionMetrics>& partitions = {});

}  // namespace rill
