#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock_reader.h"
#include "engine/engine_environment.h"
#include "log/log_config.h"
#include "log/partition_log.h"
#include "log/partition_metadata.h"
#include "rill/metrics.h"

namespace rill::engine {

class TopicState;

// One partition of a topic, and its log once that is in use. A partition that nobody has used has
// no folder. Thread-safe.
class PartitionState : public std::enable_shared_from_this<PartitionState> {
 public:
  PartitionState(std::shared_ptr<EngineEnvironment> environment, std::string topic,
                 std::string topic_id, std::int32_t index,
                 std::shared_ptr<const log::LogConfig> config);

  const std::string& topic() const { return topic_partition_.topic; }
  std::int32_t index() const { return topic_partition_.partition; }
  const TopicPartition& topic_partition() const { return topic_partition_; }
  // By the engine's clock, in milliseconds since 1970.
  std::int64_t NowMs() const {
    return absl::ToUnixMillis(base::Finite(environment_->clock()->Now()));
  }

  // FailedPrecondition in a child of the process that opened the engine.
  absl::Status CheckNoChild() const {
    return environment_->is_in_child() ? environment_->CheckOpen() : absl::OkStatus();
  }

  // Opens the log, making its folder when it is missing; one that is open stays as it is. Errors:
  // those of PartitionLog::Open; FailedPrecondition when the folder is another topic's; why the
  // partition ended, when it has.
  absl::StatusOr<std::shared_ptr<log::PartitionLog>> OpenLog() ABSL_LOCKS_EXCLUDED(mutex_);

  // The log; null as long as nobody has opened it. Then the same for good. Costs one load.
  const std::shared_ptr<log::PartitionLog>& log() const {
    return opened_.load(std::memory_order_acquire) ? log_ : null_;
  }

  void SetConfig(std::shared_ptr<const log::LogConfig> config) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether it has a log, or had one when the engine was opened; of an engine that only reads,
  // whether its folder is there.
  bool WasUsed() ABSL_LOCKS_EXCLUDED(mutex_);
  // The folder was there when the engine was opened, and this is known of its log.
  void SetCheckpoint(const log::LogCheckpoint& checkpoint) ABSL_LOCKS_EXCLUDED(mutex_);
  // The same for one that was imported, and shows it to other processes: they may know a partition
  // of its key that was deleted.
  void SetImported(const log::LogCheckpoint& checkpoint) ABSL_LOCKS_EXCLUDED(mutex_);
  // As if no engine had had it before.
  void SetUnused() ABSL_LOCKS_EXCLUDED(mutex_);
  // What to write down of its log now; nothing for a partition without a folder.
  std::optional<log::LogCheckpoint> Checkpoint() ABSL_LOCKS_EXCLUDED(mutex_);
  // All 0 as long as nobody has opened the log.
  PartitionMetrics Metrics() const;
  // Whether a crash left a log here that nobody has been able to open since.
  bool NeedsRecovery() ABSL_LOCKS_EXCLUDED(mutex_);

  // Closes the log, if it is open; none is opened later.
  absl::Status Close() ABSL_LOCKS_EXCLUDED(mutex_);
  // The same for a partition that is deleted: nothing is flushed, and calls give `reason`.
  void Abandon(const absl::Status& reason) ABSL_LOCKS_EXCLUDED(mutex_);

  // Maintains the log, if it is open and that is due at `now`, at least every `interval`; returns
  // when to come again.
  absl::Time Upkeep(absl::Time now, absl::Duration interval);

 private:
  std::string directory() const;
  log::SlotKey key() const;
  std::shared_ptr<log::EndPublisher> AddSlot(std::int64_t log_start_offset,
                                             std::int64_t high_watermark);
  absl::StatusOr<std::shared_ptr<log::PartitionLog>> OpenToRead(
      const log::LogEnvironment& environment, const std::string& directory);
  absl::Status AnothersFolder(const std::string& directory,
                              const log::PartitionMetadata& metadata) const;
  absl::Status PrepareFolder(const std::string& directory) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::shared_ptr<log::PartitionLog>> Open() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<EngineEnvironment> environment_;
  const TopicPartition topic_partition_;
  const std::string topic_id_;

  absl::Mutex mutex_;  // held while the log is opened and closed
  std::shared_ptr<const log::LogConfig> config_ ABSL_GUARDED_BY(mutex_);
  std::optional<log::LogCheckpoint> checkpoint_ ABSL_GUARDED_BY(mutex_);
  absl::Status end_ ABSL_GUARDED_BY(mutex_);  // not OK: no log is opened any more
  // log_ is set once, under mutex_, before opened_ is; whoever has seen opened_ reads it freely.
  std::shared_ptr<log::PartitionLog> log_;
  const std::shared_ptr<log::PartitionLog> null_;
  std::atomic<bool> opened_ = false;
  // When the log wants maintenance, in nanoseconds since 1970; the smallest number: at once.
  std::atomic<std::int64_t> upkeep_due_nanos_ = INT64_MIN;
};

}  // namespace rill::engine
