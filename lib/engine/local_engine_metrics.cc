#include <utility>
#include <vector>

#include "engine/local_engine.h"
#include "log/partition_log.h"

namespace rill::engine {

// No lock of a log or a topic is taken for the sums but the map's, shared: whoever appends or reads
// does not wait, however many partitions there are.
EngineMetrics LocalEngine::Metrics() const {
  EngineMetrics metrics;
  AddLogMetrics(metrics);
  const PollCounts polled = client_metrics().consumers.Sum();
  metrics.polls = polled.polls;
  metrics.empty_polls = polled.empty_polls;
  metrics.send_wait = client_metrics().send_wait.Snapshot();
  metrics.append_failures += client_metrics().refused_sends.value();
  metrics.max_dirty_percent = cleaner_gauges_.max_dirty_percent.load();
  metrics.uncleanable_partitions = cleaner_gauges_.uncleanable_partitions.load();

  const io::LimitedFileSystem& limits = environment_->limits();
  metrics.buffer_bytes = buffers()->used();
  metrics.max_buffer_bytes = buffers()->cap();
  metrics.disk_bytes = limits.used_bytes();
  metrics.max_disk_bytes = limits.max_bytes();
  metrics.open_files = limits.open_files();
  metrics.max_open_files = limits.max_open_files();
  metrics.mappings = limits.mappings();

  absl::ReaderMutexLock lock(&topics_mutex_);
  metrics.topics = topics_.size();
  for (const auto& [name, topic] : topics_) {
    metrics.partitions += static_cast<std::uint64_t>(topic->partition_count());
  }
  return metrics;
}

void LocalEngine::AddLogMetrics(EngineMetrics& metrics) const {
  const log::LogMetrics& logs = log_metrics();
  const log::LogCounts counts = logs.logs.Sum();
  metrics.appended_records = counts.appended_records;
  metrics.appended_batches = counts.appended_batches;
  metrics.appended_bytes = counts.appended_bytes;
  metrics.append_failures = counts.append_failures;
  metrics.append_latency = logs.append_latency.Snapshot();
  metrics.read_records = counts.read_records;
  metrics.read_bytes = counts.read_bytes;
  metrics.read_wait = logs.read_wait.Snapshot();
  metrics.flush_latency = logs.flush_latency.Snapshot();
  metrics.flush_failures = logs.flush_failures.value();
  metrics.durable_wait = logs.durable_wait.Snapshot();
  metrics.roll_latency = logs.roll_latency.Snapshot();
  metrics.deleted_segments = logs.deleted_segments.value();
  metrics.deleted_bytes = logs.deleted_bytes.value();
  metrics.compactions = logs.compactions.value();
  metrics.compaction_failures = logs.compaction_failures.value();
  metrics.compaction_read_bytes = logs.compaction_read_bytes.value();
  metrics.compaction_written_bytes = logs.compaction_written_bytes.value();
  metrics.compaction_read_records = logs.compaction_read_records.value();
  metrics.compaction_kept_records = logs.compaction_kept_records.value();
  metrics.compaction_slice_latency = logs.compaction_slice_latency.Snapshot();
}

std::vector<PartitionMetrics> LocalEngine::MetricsOfPartitions() const {
  std::vector<PartitionMetrics> metrics;
  for (const auto& topic : topics(/*include_internal=*/true)) {
    for (const auto& partition : topic->partitions()) metrics.push_back(partition->Metrics());
  }
  return metrics;
}

}  // namespace rill::engine
