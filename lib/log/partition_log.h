#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/budget.h"
#include "io/file_system.h"
#include "log/cleaning.h"
#include "log/leader_epochs.h"
#include "log/log_config.h"
#include "log/log_metrics.h"
#include "log/producer_state.h"
#include "log/shared_slot.h"
#include "log/stored_batches.h"
#include "rill/clock.h"
#include "rill/options.h"
#include "rill/partition.h"
#include "rill/records.h"

namespace rill::log {

// What a log needs of its surroundings. What is pointed to outlives the log.
struct LogEnvironment {
  io::FileSystem* files = nullptr;
  Clock* clock = nullptr;
  std::shared_ptr<base::Budget> buffers;  // for decompressed records, which outlive the log
  LogSink sink;                           // may be empty
  // Where logs count together. May be null: the log counts for itself.
  std::shared_ptr<LogMetrics> metrics;
  // Asks for Maintain to be called soon. May be empty; runs under the log's locks, so it must be
  // quick and must not call the log.
  std::function<void()> request_maintenance;
};

// What the data folder's checkpoints know of a log when it is opened.
struct LogCheckpoint {
  bool clean_shutdown = false;
  std::int64_t recovery_point = 0;  // everything below was flushed
  std::int64_t log_start_offset = 0;
  std::int64_t high_watermark = 0;
  std::int64_t first_dirty_offset = -1;  // compaction has come up to here; -1: never begun
};

// Who appends: what came from outside is validated, what this process built is trusted.
enum class BatchOrigin { kValidate, kBuiltHere };

// Room for one uncompressed record in the log itself. Holds the log's append lock from creation to
// Publish or destruction; to be used by one thread.
class ClaimedBatch {
 public:
  virtual ~ClaimedBatch() = default;
  virtual char* value() = 0;
  virtual std::size_t value_size() const = 0;
  virtual absl::StatusOr<AppendResult> Publish() = 0;
};

// One partition's log: a folder of segments. Thread-safe: appends come one at a time, reads do not
// wait for them. Semantics and errors of the calls shared with rill::Partition are described there.
class PartitionLog {
 public:
  // In place of a time: the log is to look itself.
  static constexpr std::int64_t kReadClock = INT64_MIN;

  // Opens the log in `directory`, made when missing: loads its segments, recovers what lies above
  // the recovery point when the last shutdown was not clean.
  static absl::StatusOr<std::shared_ptr<PartitionLog>> Open(const LogEnvironment& environment,
                                                            std::string directory,
                                                            const TopicPartition& partition,
                                                            const LogConfig& config,
                                                            const LogCheckpoint& checkpoint);
  virtual ~PartitionLog() = default;

  // Appends one sealed batch. A batch is copied; `batch` need not outlive the call.
  absl::StatusOr<AppendResult> Append(std::string_view batch, BatchOrigin origin) {
    bool is_stored = false;
    return Append(batch, origin, is_stored);
  }
  // The same, telling whether the batch is in the log: one whose flush failed is, too.
  virtual absl::StatusOr<AppendResult> Append(std::string_view batch, BatchOrigin origin,
                                              bool& is_stored) = 0;
  // Appends one record as a batch of its own, written in place. Timestamp kNoTimestamp: now.
  absl::StatusOr<AppendResult> AppendRecord(const RecordData& record) {
    return AppendRecord(record, kReadClock);
  }
  // The same for who has just read the clock, and read `now_ms`.
  virtual absl::StatusOr<AppendResult> AppendRecord(const RecordData& record,
                                                    std::int64_t now_ms) = 0;
  // Claims room for a record with a value of `value_size` bytes; `record.value` is not used.
  virtual absl::StatusOr<std::unique_ptr<ClaimedBatch>> Claim(const RecordData& record,
                                                              std::size_t value_size) = 0;

  virtual absl::StatusOr<Records> Read(std::int64_t offset, const ReadOptions& options) = 0;
  // The stored batches from the one that holds `offset` on, of one segment, up to `end`, which is
  // the high watermark or below it. Whole ones: also the first, when it begins below `offset`, and
  // the last, when it reaches beyond `end`. They have at most `max_bytes`, but for the first.
  // Errors as those of Read, with OutOfRange for an offset above `end`.
  virtual absl::StatusOr<StoredBatches> ReadStored(std::int64_t offset, std::size_t max_bytes,
                                                   std::int64_t end) = 0;
  // The transactions that were aborted and may have data in offsets [begin, end), for those who
  // show committed records alone: of each its producer id and first offset; the marker ends it.
  // Those of the log's transaction indexes. FailedPrecondition where another process writes them;
  // DataLoss names the index that is damaged.
  virtual absl::StatusOr<std::vector<CompletedTransaction>> AbortedTransactions(
      std::int64_t begin, std::int64_t end) = 0;
  virtual absl::Status WaitFor(std::int64_t offset, absl::Duration timeout) = 0;
  virtual absl::StatusOr<TimestampedOffset> OffsetForTime(absl::Time time) = 0;
  // The first of the records that have the largest timestamp; offset -1 where there is none.
  virtual absl::StatusOr<TimestampedOffset> OffsetOfLargestTimestamp() = 0;

  virtual std::int64_t log_start_offset() const = 0;
  virtual std::int64_t high_watermark() const = 0;
  virtual std::int64_t log_end_offset() const = 0;
  virtual std::int64_t recovery_point() const = 0;
  // What new batches are stamped with; -1 where another process writes them.
  virtual std::int32_t leader_epoch() const = 0;
  // The largest leader epoch up to `epoch` that wrote here, and where it ended; see LeaderEpochs.
  virtual absl::StatusOr<LeaderEpochs::EndOffset> EndOfLeaderEpoch(std::int32_t epoch) = 0;
  // What is known of the producers that number their batches, in order of id. FailedPrecondition
  // where another process writes them.
  virtual absl::StatusOr<std::vector<ProducerState::SnapshotEntry>> ActiveProducers() = 0;
  virtual std::uint64_t size_bytes() const = 0;
  virtual std::size_t segment_count() const = 0;
  // Whether calls fail from now on: its engine was closed, or its topic deleted.
  virtual bool is_closed() const = 0;
  virtual const TopicPartition& topic_partition() const = 0;
  virtual const std::string& directory() const = 0;

  // An append was refused before it came here.
  virtual void CountRefusedAppend() = 0;
  // Adds what this log has counted since it was opened.
  virtual void AddTo(LogCounts& counts) const = 0;

  // Makes `observer` run (in the appending thread) whenever the high watermark may have moved or
  // the log was closed, until the returned token is destroyed, after which it does not run. It must
  // be quick and must not call the log. For consumers that wait on several logs: observe, look at
  // the high watermarks, sleep. A log that another process writes has nobody to run it:
  // whoever waits for one sleeps at its EndSource.
  using Observer = std::function<void()>;
  virtual std::shared_ptr<void> Observe(Observer observer) = 0;

  // Shows other processes from now on how far the log reaches; `publisher` has what is true now. To
  // be called before anybody else has the log. A log that is closed lets go of it.
  virtual void PublishTo(std::shared_ptr<EndPublisher> publisher) = 0;

  virtual absl::StatusOr<std::int64_t> DeleteRecordsBefore(std::int64_t offset) = 0;
  virtual absl::Status Flush() = 0;

  // The configs from now on.
  virtual void SetConfig(const LogConfig& config) = 0;

  // Background work that is due at `now`: completes rolled segments, rolls by time, deletes by
  // retention, flushes by interval, removes files whose delete delay is over and the stoppers of
  // segments that were rolled as long ago, unmaps what nobody reads. Returns when to come again.
  virtual absl::Time Maintain(absl::Time now) = 0;

  // What there is to compact at `now`; nothing where cleanup.policy has no "compact", the log is
  // closed or takes no appends. Reads no records, but may look into segments for their times.
  virtual absl::StatusOr<Cleanability> CleanableAt(absl::Time now) = 0;
  // Begins a cleaning of what is cleanable, or goes on with the one that was begun, for a slice.
  // Appends, reads and Maintain go on meanwhile; Close and Abandon wait for the slice and end the
  // cleaning. On an error the cleaning is given up, and the log is as it was but for what was
  // compacted before; DataLoss names file and position of the batch that cannot be compacted past.
  virtual absl::StatusOr<CleanProgress> Clean(const CleanOptions& options) = 0;
  // Everything below was compacted, and would be after a power cut: what a checkpoint may say. -1
  // where nothing was.
  virtual std::int64_t first_dirty_offset() const = 0;
  // Makes `directory`, which must not be there, a log of its own with all that was appended until
  // some moment of the call, durably; returns what a checkpoint would say of it. Files that nobody
  // writes to any more get another name there, the rest is copied, after a roll where that would be
  // much. `files` are those of the log's environment, perhaps without its caps. A log that is
  // appended to meanwhile does not change it, nor does anything that is done to this one later.
  virtual absl::StatusOr<LogCheckpoint> Backup(io::FileSystem& files,
                                               const std::string& directory) = 0;

  // After it every call fails with FailedPrecondition. Trims the segments, writes indexes and the
  // producer snapshot; flushes.
  virtual absl::Status Close() = 0;
  // Close without flushing, for a log whose files are about to be deleted.
  virtual void Abandon(absl::Status reason) = 0;
};

}  // namespace rill::log
