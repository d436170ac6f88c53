#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "base/wakeup.h"
#include "client/pending_batch.h"
#include "client/producer_context.h"
#include "engine/partition_state.h"
#include "engine/topic_state.h"
#include "log/log_config.h"
#include "log/partition_log.h"

namespace rill::client {

// One producer's records for one partition: an open batch that is filled, and closed ones in the
// order in which they go to the log. There is no thread here: whoever closes a batch (or flushes,
// or waits for one) sends what is closed, unless another thread is at it already, which then takes
// the new batch along. The lock is not held while the log appends, so that other threads go on
// filling while one waits for a disk. Thread-safe.
class PartitionQueue : public std::enable_shared_from_this<PartitionQueue> {
 public:
  PartitionQueue(std::shared_ptr<ProducerContext> context,
                 std::shared_ptr<engine::TopicState> topic,
                 const engine::PartitionState& partition);
  ~PartitionQueue();

  log::PartitionLog& log() const { return *log_; }
  // Of the engine.
  bool is_in_child() const { return context_->engine->is_in_child(); }
  absl::Status CheckOpen() const { return context_->engine->CheckOpen(); }
  const std::shared_ptr<log::PartitionLog>& shared_log() const { return log_; }
  // Names the partition in results that are known at once.
  const PendingSendAccess::Name& name() const { return name_; }
  const TopicPartition& where() const { return name_.batch->where(); }

  // What became of Add.
  struct Added {
    absl::Status status;
    // Set with a status where memory for a batch is wanting: this many bytes.
    std::size_t wanted = 0;
    // With an OK status: the batch that has the record. A reference was handed out, unless there is
    // a callback.
    PendingBatch* batch = nullptr;
    std::int64_t index = 0;
    // The record filled its batch.
    bool filled = false;
  };
  // Adds a record, whose timestamp is set and which takes at most `size` bytes, at the time
  // `now_nanos`; sends the batches that this closes. `callback` may be null; it is taken when the
  // record is added.
  Added Add(const RecordData& record, std::size_t size, std::int64_t now_nanos,
            DeliveryCallback* callback);

  // Closes the open batch and sends it, or leaves it to the thread that is sending.
  void SendOpen();
  // Sees to it that `batch`, one of this queue's that the caller holds a reference to, is sent, and
  // returns when it is done. False when `deadline` passed first.
  bool Finish(PendingBatch* batch, base::Deadline deadline);
  // Sends all that was added before and returns when it is done. False as above.
  bool SendAll(base::Deadline deadline);
  // The same, and returns when the callbacks have run, too.
  bool Flush(base::Deadline deadline);
  // Whether there is nothing to send, and nothing being sent.
  bool IsEmpty() ABSL_LOCKS_EXCLUDED(mutex_);
  // Fails everything that no thread is sending.
  void Abort(const absl::Status& status);

  // When the open batch is due; INT64_MAX when there is none.
  std::int64_t due_nanos() const { return due_nanos_.load(); }

 private:
  // How many batches one thread sends for others before it hands the job on.
  static constexpr int kFairShare = 32;

  absl::Status Named(const absl::Status& status) const;
  absl::Status CheckRecord(const RecordData& record, std::int64_t now_nanos) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Sees to it that there is an open batch for a record of at most `size` bytes.
  absl::Status Prepare(const RecordData& record, std::size_t size, std::int64_t now_nanos,
                       std::size_t& wanted) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status AddToOpen(const RecordData& record, DeliveryCallback* callback, Added& added)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Open(std::size_t charge, std::int64_t now_nanos) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CloseOpen() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether the caller is to call SendClosed now.
  bool TakeSending() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Reach(PendingBatch* batch, PendingBatch::Progress wanted, base::Deadline deadline)
      ABSL_LOCKS_EXCLUDED(mutex_);
  bool CloseAndReach(PendingBatch::Progress wanted, base::Deadline deadline)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The next batch to send, or null, and then nobody is sending any more. Null before all are sent
  // only with `stop`.
  PendingBatch* NextClosed(bool stop) ABSL_LOCKS_EXCLUDED(mutex_);
  // Sends closed batches in order: all of them, or its fair share but no less than to `until`, or
  // those that it begins before `deadline`, and one at least.
  void SendClosed(PendingBatch* until, base::Deadline deadline) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<AppendResult> Store(PendingBatch& batch);
  void Settle(PendingBatch* batch, const absl::StatusOr<AppendResult>& result);
  void FreeMemory(PendingBatch& batch);

  const std::shared_ptr<ProducerContext> context_;
  const std::shared_ptr<engine::TopicState> topic_;
  const std::shared_ptr<log::PartitionLog> log_;
  const PendingSendAccess::Name name_;

  base::Mutex mutex_;
  PendingBatch* open_ ABSL_GUARDED_BY(mutex_) = nullptr;
  // Closed, not sent yet, linked by `next`.
  PendingBatch* first_ ABSL_GUARDED_BY(mutex_) = nullptr;
  PendingBatch* last_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool sending_ ABSL_GUARDED_BY(mutex_) = false;
  PendingBatch* in_flight_ ABSL_GUARDED_BY(mutex_) = nullptr;
  // The topic's configs when the open batch was begun, and how large it may get.
  std::shared_ptr<const log::LogConfig> config_ ABSL_GUARDED_BY(mutex_);
  std::size_t limit_ ABSL_GUARDED_BY(mutex_) = 0;

  std::atomic<std::int64_t> due_nanos_ = INT64_MAX;
  // A batch is done or reported, or the job of sending is free.
  base::Wakeup progress_;

  // Whoever sends reads and writes it; the lock is taken between one sender and the next.
  std::int32_t next_sequence_ = 0;
};

}  // namespace rill::client
