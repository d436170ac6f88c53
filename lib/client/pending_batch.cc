#include "client/pending_batch.h"

#include <string>
#include <utility>

namespace rill::client {
namespace {

thread_local int callbacks_running = 0;

}  // namespace

bool InDeliveryCallback() { return callbacks_running > 0; }

absl::Status CalledFromCallback(const char* call) {
  return absl::FailedPreconditionError(
      std::string(call) + " waits for records, and so may not be called from a DeliveryCallback");
}

DeliveryScope::DeliveryScope() { ++callbacks_running; }
DeliveryScope::~DeliveryScope() { --callbacks_running; }

void Deliver(const DeliveryCallback& callback, const absl::StatusOr<RecordMetadata>& result) {
  const DeliveryScope scope;
  callback(result);
}

void PendingBatch::Open(std::shared_ptr<PartitionQueue> queue,
                        std::shared_ptr<const TopicPartition> where,
                        std::shared_ptr<BatchPool> pool, std::unique_ptr<BatchBuilder> builder,
                        std::size_t charge) {
  references_.store(kBias, std::memory_order_relaxed);
  handed_out_ = 0;
  where_ = std::move(where);
  pool_ = std::move(pool);
  builder_ = std::move(builder);
  charge_ = charge;
  status_ = absl::OkStatus();
  progress_.store(Progress::kWaits, std::memory_order_relaxed);
  next = nullptr;
  base::MutexLock lock(&queue_mutex_);
  queue_ = std::move(queue);
}

absl::Status PendingBatch::Add(const RecordData& record, DeliveryCallback* callback) {
  const int index = builder_->record_count();
  if (auto status = builder_->Append(record); !status.ok()) return status;
  if (callback != nullptr) {
    listeners_.push_back({std::move(*callback), index, record.timestamp_ms});
  }
  return absl::OkStatus();
}

void PendingBatch::CloseForRecords() {
  references_.fetch_sub(kBias - handed_out_ - 1, std::memory_order_acq_rel);
}

void PendingBatch::Complete(const absl::StatusOr<AppendResult>& result) {
  if (result.ok()) {
    result_ = *result;
  } else {
    status_ = result.status();
  }
  // One store for both steps where nobody is to be told.
  progress_.store(listeners_.empty() ? Progress::kReported : Progress::kDone,
                  std::memory_order_seq_cst);
  std::shared_ptr<PartitionQueue> queue;
  base::MutexLock lock(&queue_mutex_);
  queue = std::move(queue_);
}

void PendingBatch::CompleteAt(std::shared_ptr<const TopicPartition> where,
                              const absl::StatusOr<AppendResult>& result) {
  where_ = std::move(where);
  Complete(result);
}

void PendingBatch::Report() {
  if (listeners_.empty()) return;
  {
    const DeliveryScope scope;
    for (Listener& listener : listeners_) {
      listener.callback(ResultOf(listener.index, listener.timestamp_ms));
      listener.callback = nullptr;  // what it holds goes with its record
    }
    listeners_.clear();
  }
  progress_.store(Progress::kReported, std::memory_order_seq_cst);
}

std::shared_ptr<PartitionQueue> PendingBatch::queue() const {
  base::MutexLock lock(&queue_mutex_);
  return queue_;
}

absl::StatusOr<RecordMetadata> PendingBatch::ResultOf(std::int64_t index,
                                                      std::int64_t timestamp_ms) const {
  if (!status_.ok()) return status_;
  return RecordMetadata{
      where_->topic, where_->partition, result_.base_offset + index,
      result_.log_append_time_ms != kNoTimestamp ? result_.log_append_time_ms : timestamp_ms};
}

void PendingBatch::Unref() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (std::shared_ptr<BatchPool> pool = std::move(pool_); pool != nullptr) {
    pool->Put(this);
  } else {
    delete this;
  }
}

BatchPool::~BatchPool() {
  for (PendingBatch* batch : batches_) delete batch;
}

PendingBatch* BatchPool::GetBatch() {
  {
    base::MutexLock lock(&mutex_);
    if (!batches_.empty()) {
      PendingBatch* const batch = batches_.back();
      batches_.pop_back();
      return batch;
    }
  }
  return new PendingBatch(std::shared_ptr<const TopicPartition>());
}

std::unique_ptr<BatchBuilder> BatchPool::GetBuilder() {
  {
    base::MutexLock lock(&mutex_);
    if (!builders_.empty()) {
      auto builder = std::move(builders_.back());
      builders_.pop_back();
      return builder;
    }
  }
  return std::make_unique<BatchBuilder>(options_);
}

void BatchPool::Put(PendingBatch* batch) {
  // A child of fork leaves it: whoever holds the lock may be a thread that only the parent has.
  if (!fork_mark_.IsOwn()) return;
  {
    base::MutexLock lock(&mutex_);
    if (batches_.size() < kMostBatches) {
      batches_.push_back(batch);
      return;
    }
  }
  delete batch;
}

void BatchPool::Put(std::unique_ptr<BatchBuilder> builder) {
  builder->Clear();
  base::MutexLock lock(&mutex_);
  if (builders_.size() < kMostBuilders) builders_.push_back(std::move(builder));
}

PendingSend PendingSendAccess::Failed(absl::Status status) {
  PendingSend send;
  send.status_ = std::move(status);
  send.settled_ = true;
  return send;
}

PendingSendAccess::Name::Name(PendingBatch* named) : batch(named) {
  const TopicPartition& where = batch->where();
  place.partition = where.partition;
  if (where.topic.size() > sizeof place.topic) return;
  place.topic_size = static_cast<std::uint8_t>(where.topic.size());
  where.topic.copy(place.topic, sizeof place.topic);
}

PendingSend PendingSendAccess::Landed(const Name& name, std::int64_t offset,
                                      std::int64_t timestamp_ms) {
  PendingSend send;
  if (name.place.topic_size == 0) {
    name.batch->Ref();
    send.batch_ = name.batch;
  }
  send.place_ = name.place;
  send.offset_ = offset;
  send.timestamp_ms_ = timestamp_ms;
  send.settled_ = true;
  return send;
}

PendingSend PendingSendAccess::Waiting(PendingBatch* batch, std::int64_t index,
                                       std::int64_t timestamp_ms) {
  PendingSend send;
  send.batch_ = batch;
  send.offset_ = index;
  send.timestamp_ms_ = timestamp_ms;
  return send;
}

}  // namespace rill::client
