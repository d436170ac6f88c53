#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/fork_mark.h"
#include "base/mutex.h"
#include "rill/partition.h"
#include "rill/producer.h"
#include "rill/records.h"

namespace rill::client {

class BatchPool;
class PartitionQueue;
class PendingBatch;

// Whoever sends a record to a cluster, for those who wait for it. Thread-safe.
class SenderElsewhere {
 public:
  virtual ~SenderElsewhere() = default;
  // Waits until the batch is done. DeadlineExceeded (REQUEST_TIMED_OUT) after `timeout`;
  // FailedPrecondition in a child of fork.
  virtual absl::Status Finish(const PendingBatch& batch, absl::Duration timeout) = 0;
};

// Records of one partition that go to the log together, and what becomes of them: shared by the
// queue that fills and sends it and by the PendingSends that ask. Counted by hand, and pooled, so
// that a record in a batch costs no allocation and one atomic operation, when its PendingSend goes.
//
// Filling (Add, size, record_count, Seal) is the queue's, one thread at a time; the rest is
// thread-safe.
class PendingBatch {
 public:
  explicit PendingBatch(std::shared_ptr<const TopicPartition> where) : where_(std::move(where)) {}
  // Of one record, that `sender` sends to a cluster.
  explicit PendingBatch(std::shared_ptr<SenderElsewhere> sender) : sender_(std::move(sender)) {}

  // Begins anew as a batch that is being filled.
  void Open(std::shared_ptr<PartitionQueue> queue, std::shared_ptr<const TopicPartition> where,
            std::shared_ptr<BatchPool> pool, std::unique_ptr<BatchBuilder> builder,
            std::size_t charge);

  // --- While it is filled; under the queue's lock.

  // `callback` may be null; else it is taken.
  absl::Status Add(const RecordData& record, DeliveryCallback* callback);
  // A reference for whoever asks for a PendingSend: counted without an atomic operation.
  void HandOut() { ++handed_out_; }
  // No further record comes. What is left of the counting is atomic.
  void CloseForRecords();
  int record_count() const { return builder_->record_count(); }
  std::size_t size() const { return builder_->size(); }
  // Bytes of buffer_memory that it holds until it is complete.
  std::size_t charge() const { return charge_; }

  BatchBuilder& builder() { return *builder_; }
  std::unique_ptr<BatchBuilder> TakeBuilder() { return std::move(builder_); }

  // Settles the result. Once; then Report is due.
  void Complete(const absl::StatusOr<AppendResult>& result);
  // Tells the callbacks, in order.
  void Report();
  // The same as Complete where the partition is known only now.
  void CompleteAt(std::shared_ptr<const TopicPartition> where,
                  const absl::StatusOr<AppendResult>& result);

  // --- For those who ask.

  enum class Progress { kWaits, kDone, kReported };
  // kDone: the result is known. kReported: the callbacks have run as well.
  Progress progress() const { return progress_.load(std::memory_order_seq_cst); }
  bool done() const { return progress() != Progress::kWaits; }
  // The queue that will send it; null when it is done.
  std::shared_ptr<PartitionQueue> queue() const;
  // Null: it is not a cluster's.
  SenderElsewhere* sender_elsewhere() const { return sender_.get(); }
  // Where the record at `index` landed; for a batch that is done.
  absl::StatusOr<RecordMetadata> ResultOf(std::int64_t index, std::int64_t timestamp_ms) const;
  const TopicPartition& where() const { return *where_; }
  const std::shared_ptr<const TopicPartition>& shared_where() const { return where_; }

  void Ref() { references_.fetch_add(1, std::memory_order_relaxed); }
  void Unref();

  PendingBatch* next = nullptr;  // in the queue's list of batches to be sent

 private:
  // While a batch is filled it holds this many references, so that those who drop a PendingSend
  // meanwhile cannot be the last. CloseForRecords sets the count right.
  static constexpr std::int64_t kBias = std::int64_t{1} << 40;

  struct Listener {
    DeliveryCallback callback;
    std::int64_t index;
    std::int64_t timestamp_ms;
  };

  std::atomic<std::int64_t> references_ = 1;
  std::int64_t handed_out_ = 0;

  std::shared_ptr<const TopicPartition> where_;
  std::shared_ptr<BatchPool> pool_;
  std::unique_ptr<BatchBuilder> builder_;
  std::size_t charge_ = 0;
  std::vector<Listener> listeners_;

  const std::shared_ptr<SenderElsewhere> sender_;

  mutable base::Mutex queue_mutex_;
  std::shared_ptr<PartitionQueue> queue_ ABSL_GUARDED_BY(queue_mutex_);

  // Written before progress_ says so, not changed while anybody holds a reference.
  AppendResult result_;
  absl::Status status_;
  std::atomic<Progress> progress_ = Progress::kWaits;
};

// Keeps batches and builders for their next use. Thread-safe.
class BatchPool : public std::enable_shared_from_this<BatchPool> {
 public:
  // Builders make batches with `options`. `fork_mark` is the engine's.
  BatchPool(const BatchOptions& options, base::ForkMark fork_mark)
      : options_(options), fork_mark_(std::move(fork_mark)) {}
  ~BatchPool();

  // A batch to Open.
  PendingBatch* GetBatch();
  std::unique_ptr<BatchBuilder> GetBuilder();
  void Put(PendingBatch* batch);
  void Put(std::unique_ptr<BatchBuilder> builder);

 private:
  // A few, for a producer has few batches under way at a time; builders hold a batch's memory.
  static constexpr std::size_t kMostBatches = 64;
  static constexpr std::size_t kMostBuilders = 16;

  const BatchOptions options_;
  const base::ForkMark fork_mark_;
  base::Mutex mutex_;
  std::vector<PendingBatch*> batches_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<BatchBuilder>> builders_ ABSL_GUARDED_BY(mutex_);
};

// Whether this thread is inside a DeliveryCallback, and so must not wait for batches: the one that
// it would wait for may be behind the one that it reports.
bool InDeliveryCallback();
// What a call that would wait says then.
absl::Status CalledFromCallback(const char* call);

// While it lives, this thread is inside a DeliveryCallback.
class DeliveryScope {
 public:
  DeliveryScope();
  ~DeliveryScope();
  DeliveryScope(const DeliveryScope&) = delete;
  DeliveryScope& operator=(const DeliveryScope&) = delete;
};

// Reports the result of one record that has no batch, or none any more.
void Deliver(const DeliveryCallback& callback, const absl::StatusOr<RecordMetadata>& result);

// Makes PendingSends.
struct PendingSendAccess {
  static PendingSend Failed(absl::Status status);
  // Names a partition: `place` where there is room for it, else `batch`, of which a reference is
  // taken for each PendingSend.
  struct Name {
    explicit Name(PendingBatch* batch);
    PendingBatch* batch;
    PendingSend::Place place;
  };
  static PendingSend Landed(const Name& name, std::int64_t offset, std::int64_t timestamp_ms);
  // Takes over a reference that was handed out.
  static PendingSend Waiting(PendingBatch* batch, std::int64_t index, std::int64_t timestamp_ms);
};

}  // namespace rill::client
