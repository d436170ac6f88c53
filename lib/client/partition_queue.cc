#include "client/partition_queue.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "fmt/format.h"
#include "log/batch_policy.h"
#include "rill/error.h"

namespace rill::client {
namespace {

constexpr std::int64_t kNanosPerMilli = 1'000'000;

// Sequence numbers go round after 2^31-1, as Kafka's do.
std::int32_t After(std::int32_t sequence, int records) {
  constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
  return sequence > kMost - records ? records - (kMost - sequence) - 1 : sequence + records;
}

}  // namespace

PartitionQueue::PartitionQueue(std::shared_ptr<ProducerContext> context,
                               std::shared_ptr<engine::TopicState> topic,
                               const engine::PartitionState& partition)
    : context_(std::move(context)),
      topic_(std::move(topic)),
      log_(partition.log()),
      name_(new PendingBatch(std::make_shared<const TopicPartition>(
          TopicPartition{partition.topic(), partition.index()}))) {}

PartitionQueue::~PartitionQueue() { name_.batch->Unref(); }

PartitionQueue::Added PartitionQueue::Add(const RecordData& record, std::size_t size,
                                          std::int64_t now_nanos, DeliveryCallback* callback) {
  Added added;
  std::int64_t due = INT64_MAX;
  bool send = false;
  {
    base::MutexLock lock(&mutex_);
    if (open_ != nullptr && open_->size() + size > limit_) CloseOpen();
    const bool opens = open_ == nullptr;
    added.status = Prepare(record, size, now_nanos, added.wanted);
    if (added.status.ok()) added.status = AddToOpen(record, callback, added);
    if (open_ != nullptr) {
      // Full also means that another one like this would not fit: it need not wait for that one.
      added.filled = open_->size() + size > limit_;
      if (added.filled || context_->options.linger <= absl::ZeroDuration()) CloseOpen();
    }
    if (opens) due = due_nanos_.load(std::memory_order_relaxed);
    send = TakeSending();
  }
  if (due != INT64_MAX) context_->NoteDue(due);
  if (send) SendClosed(nullptr, base::Deadline::max());
  return added;
}

absl::Status PartitionQueue::Prepare(const RecordData& record, std::size_t size,
                                     std::int64_t now_nanos, std::size_t& wanted) {
  if (context_->closed.load(std::memory_order_relaxed)) return ProducerClosed();
  if (open_ == nullptr) {
    // Under the lock, as with `closed` above: what was opened without seeing it is found by the
    // LingerTask when the engine closes, and sent.
    if (auto status = context_->engine->CheckOpen(); !status.ok()) return status;
    config_ = topic_->config();
    limit_ = std::min(context_->options.batch_size,
                      static_cast<std::size_t>(config_->max_message_bytes));
  }
  if (auto status = CheckRecord(record, now_nanos); !status.ok()) return status;
  if (open_ != nullptr) return absl::OkStatus();
  const std::size_t charge = std::max(context_->options.batch_size, kBatchHeaderSize + size);
  if (auto status = context_->memory.TryTake(charge, where()); !status.ok()) {
    wanted = charge;
    return status;
  }
  Open(charge, now_nanos);
  return absl::OkStatus();
}

absl::Status PartitionQueue::AddToOpen(const RecordData& record, DeliveryCallback* callback,
                                       Added& added) {
  added.index = open_->record_count();
  if (auto status = open_->Add(record, callback); !status.ok()) return Named(status);
  added.batch = open_;
  if (callback == nullptr) open_->HandOut();
  return absl::OkStatus();
}

absl::Status PartitionQueue::Named(const absl::Status& status) const {
  if (status.ok()) return status;
  return MakeError(
      status.code(), GetErrorCode(status),
      fmt::format("{}-{}: {}", where().topic, where().partition, std::string(status.message())));
}

absl::Status PartitionQueue::CheckRecord(const RecordData& record, std::int64_t now_nanos) const {
  // One record that the log would refuse must not take its batch along. (Nor one that the builder
  // refuses: AddToOpen.)
  if (config_->cleanup_compact && IsNull(record.key)) {
    return Named(log::CheckShape(record, *config_));
  }
  const std::int64_t now_ms = now_nanos / kNanosPerMilli;
  if (record.timestamp_ms == now_ms ||
      config_->message_timestamp_type == TimestampType::kLogAppendTime) {
    return absl::OkStatus();
  }
  return Named(log::CheckTimestamp(record.timestamp_ms, *config_, now_ms));
}

void PartitionQueue::Open(std::size_t charge, std::int64_t now_nanos) {
  open_ = context_->pool->GetBatch();
  open_->Open(shared_from_this(), name_.batch->shared_where(), context_->pool,
              context_->pool->GetBuilder(), charge);
  due_nanos_.store(base::NanosAfter(now_nanos, context_->options.linger));
}

void PartitionQueue::CloseOpen() {
  PendingBatch* const batch = std::exchange(open_, nullptr);
  if (batch == nullptr) return;
  due_nanos_.store(INT64_MAX, std::memory_order_relaxed);
  batch->CloseForRecords();
  if (batch->record_count() == 0) {  // its only record was refused
    FreeMemory(*batch);
    batch->Complete(absl::CancelledError());
    batch->Unref();
    return;
  }
  if (last_ == nullptr) {
    first_ = batch;
  } else {
    last_->next = batch;
  }
  last_ = batch;
}

bool PartitionQueue::TakeSending() {
  if (sending_ || first_ == nullptr) return false;
  sending_ = true;
  return true;
}

void PartitionQueue::SendOpen() {
  {
    base::MutexLock lock(&mutex_);
    CloseOpen();
    if (!TakeSending()) return;
  }
  SendClosed(nullptr, base::Deadline::max());
}

PendingBatch* PartitionQueue::NextClosed(bool stop) {
  base::MutexLock lock(&mutex_);
  in_flight_ = nullptr;
  // A closed engine has no maintenance to take the job over. (Under the lock: see Prepare.)
  const bool may_stop = !context_->engine->closed() && !context_->abandoned.load();
  if ((stop && may_stop) || first_ == nullptr) {
    sending_ = false;
    if (first_ != nullptr) due_nanos_.store(0);
    return nullptr;
  }
  in_flight_ = first_;
  first_ = std::exchange(in_flight_->next, nullptr);
  if (first_ == nullptr) last_ = nullptr;
  return in_flight_;
}

void PartitionQueue::SendClosed(PendingBatch* until, base::Deadline deadline) {
  const auto self = shared_from_this();  // a callback may destroy the producer
  PendingBatch* sent = nullptr;
  for (int count = 0;; ++count) {
    const bool did_its_share = count >= kFairShare && (until == nullptr || until->done());
    const bool stop = did_its_share || (count > 0 && base::HasPassed(deadline));
    PendingBatch* const batch = NextClosed(stop);
    if (sent != nullptr) sent->Unref();
    if (batch == nullptr) {
      // Whoever adds, or waits, takes the job over; else the maintenance does.
      if (stop) context_->NoteDue(context_->clock.NowNanos());
      progress_.Notify();
      return;
    }
    Settle(batch, Store(*batch));
    sent = batch;
  }
}

absl::StatusOr<AppendResult> PartitionQueue::Store(PendingBatch& batch) {
  const int records = batch.record_count();
  if (context_->producer_id != kNoProducerId) {
    batch.builder().SetProducer(context_->producer_id, 0, next_sequence_);
  }
  auto bytes = batch.builder().Seal();
  if (!bytes.ok()) return bytes.status();
  bool is_stored = false;
  auto result = log_->Append(*bytes, log::BatchOrigin::kBuiltHere, is_stored);
  // The next one takes the numbers of a batch that is not in the log.
  if (is_stored) next_sequence_ = After(next_sequence_, records);
  return result;
}

void PartitionQueue::Settle(PendingBatch* batch, const absl::StatusOr<AppendResult>& result) {
  if (!result.ok()) context_->failures.Note(result.status());
  FreeMemory(*batch);
  batch->Complete(result);
  progress_.Notify();
  if (batch->progress() == PendingBatch::Progress::kReported) return;
  batch->Report();
  progress_.Notify();
}

void PartitionQueue::FreeMemory(PendingBatch& batch) {
  auto builder = batch.TakeBuilder();
  // One that had to grow for a large record does not keep its memory.
  if (batch.charge() == context_->options.batch_size) context_->pool->Put(std::move(builder));
  builder.reset();
  context_->memory.GiveBack(batch.charge());
}

bool PartitionQueue::Finish(PendingBatch* batch, base::Deadline deadline) {
  return Reach(batch, PendingBatch::Progress::kDone, deadline);
}

bool PartitionQueue::Reach(PendingBatch* batch, PendingBatch::Progress wanted,
                           base::Deadline deadline) {
  for (;;) {
    if (batch->progress() >= wanted) return true;
    const auto ticket = progress_.Prepare();
    bool send = false;
    {
      base::MutexLock lock(&mutex_);
      if (open_ == batch) CloseOpen();
      send = TakeSending();
    }
    if (send) {
      SendClosed(batch, deadline);
      if (base::HasPassed(deadline)) return batch->progress() >= wanted;
      continue;
    }
    if (batch->progress() >= wanted) return true;
    if (!progress_.Wait(ticket, deadline)) return batch->progress() >= wanted;
  }
}

bool PartitionQueue::SendAll(base::Deadline deadline) {
  return CloseAndReach(PendingBatch::Progress::kDone, deadline);
}

bool PartitionQueue::Flush(base::Deadline deadline) {
  return CloseAndReach(PendingBatch::Progress::kReported, deadline);
}

bool PartitionQueue::CloseAndReach(PendingBatch::Progress wanted, base::Deadline deadline) {
  PendingBatch* last = nullptr;
  {
    base::MutexLock lock(&mutex_);
    CloseOpen();
    last = last_ != nullptr ? last_ : in_flight_;
    if (last == nullptr) return true;
    last->Ref();
  }
  const bool reached = Reach(last, wanted, deadline);
  last->Unref();
  return reached;
}

bool PartitionQueue::IsEmpty() {
  base::MutexLock lock(&mutex_);
  return open_ == nullptr && first_ == nullptr && in_flight_ == nullptr;
}

void PartitionQueue::Abort(const absl::Status& status) {
  PendingBatch* batch = nullptr;
  {
    base::MutexLock lock(&mutex_);
    CloseOpen();
    batch = std::exchange(first_, nullptr);
    last_ = nullptr;
  }
  while (batch != nullptr) {
    PendingBatch* const next = std::exchange(batch->next, nullptr);
    Settle(batch, status);
    batch->Unref();
    batch = next;
  }
}

}  // namespace rill::client
