#include "client/producer_impl.h"

#include <algorithm>
#include <utility>

#include "client/partitioners.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

constexpr std::int64_t kNanosPerMilli = 1'000'000;

absl::Status InvalidOption(const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig, message);
}

absl::Status CheckCompression(const ProducerOptions& options) {
  BatchOptions batch;
  batch.compression = options.compression;
  batch.compression_level = options.compression_level;
  BatchBuilder probe(batch);
  if (auto status = probe.Append({.value = "probe"}); !status.ok()) return status;
  return probe.Seal().status();
}

// A batch's worth. Where batches linger, filling one is the sign to move on; counting is for those
// that go by time, and counts twice as much, as Kafka does (KIP-794): the size of records is known
// as an upper bound, and a batch that was left just before it is full would wait for the linger.
std::size_t StickyLimit(const ProducerOptions& options) {
  return options.linger > absl::ZeroDuration() ? 2 * options.batch_size : options.batch_size;
}

}  // namespace

absl::Status CheckProducerOptions(const ProducerOptions& options) {
  if (options.compression > Compression::kZstd) {
    return InvalidOption(fmt::format("ProducerOptions::compression={} is no codec",
                                     static_cast<int>(options.compression)));
  }
  if (options.linger < absl::ZeroDuration()) {
    return InvalidOption("ProducerOptions::linger must not be negative");
  }
  if (options.max_block < absl::ZeroDuration()) {
    return InvalidOption("ProducerOptions::max_block must not be negative");
  }
  if (options.max_request_size == 0 || options.max_request_size > INT32_MAX) {
    return InvalidOption(fmt::format("ProducerOptions::max_request_size={} must be 1 to {}",
                                     options.max_request_size, INT32_MAX));
  }
  if (options.batch_size > INT32_MAX || options.batch_size > options.buffer_memory) {
    return InvalidOption(
        fmt::format("ProducerOptions::batch_size={} must be at most {} and at most "
                    "buffer_memory={}",
                    options.batch_size, INT32_MAX, options.buffer_memory));
  }
  return CheckCompression(options);
}

absl::StatusOr<std::shared_ptr<ProducerImpl>> ProducerImpl::Create(
    std::shared_ptr<engine::LocalEngine> engine, const ProducerOptions& options) {
  if (auto status = CheckProducerOptions(options); !status.ok()) return status;
  if (!options.configs.empty()) {
    return InvalidOption(fmt::format(
        "ProducerOptions::configs: \"{}\" is for producers over a cluster (\"kafka://...\")",
        options.configs.begin()->first));
  }
  if (auto status = engine->CheckOpen(); !status.ok()) return status;
  std::shared_ptr<ProducerImpl> producer(new ProducerImpl(std::move(engine), options));
  if (options.enable_idempotence) {
    auto id = producer->context_->engine->NewProducerId();
    if (!id.ok()) return id.status();
    producer->context_->producer_id = *id;
  }
  if (!producer->sends_now_) {
    producer->linger_task_ = std::make_shared<LingerTask>(
        producer->context_.get(), std::shared_ptr<const RouteTable>(producer, &producer->routes_));
    producer->context_->engine->AddTask(producer->linger_task_);
  }
  return producer;
}

ProducerImpl::ProducerImpl(std::shared_ptr<engine::LocalEngine> engine,
                           const ProducerOptions& options)
    : context_(std::make_shared<ProducerContext>(std::move(engine), options)),
      partitioner_(!options.partitioner || options.partitioner.target<KafkaDefault>() != nullptr
                       ? PartitionerKind::kKafkaDefault
                   : options.partitioner.target<RoundRobin>() != nullptr
                       ? PartitionerKind::kRoundRobin
                       : PartitionerKind::kCallable),
      sends_now_(options.linger == absl::ZeroDuration() &&
                 options.compression == Compression::kNone && !options.enable_idempotence),
      sticky_limit_(StickyLimit(options)) {}

ProducerImpl::~ProducerImpl() {
  if (!InDeliveryCallback()) {
    Close(absl::InfiniteDuration()).IgnoreError();
  } else if (!context_->closed.exchange(true)) {
    // What it would wait for may be behind the batch that is being reported.
    context_->abandoned.store(true);
    for (const auto& queue : routes_.Queues()) queue->SendOpen();
    if (linger_task_ != nullptr) context_->engine->RemoveTask(linger_task_.get());
  }
}

absl::StatusOr<Route*> ProducerImpl::FindRoute(const TopicPtr& topic) {
  if (context_->closed.load(std::memory_order_relaxed)) return ProducerClosed();
  auto own = context_->engine->FindTopic(topic->name());
  // Whose it was is not known any more. Another engine's must not get a route: one of our own may
  // have its ordinal.
  if (topic->deleted()) return topic->OpenPartition(0).status();
  if (!own.ok()) return own.status();
  if (*own != topic) {
    return absl::InvalidArgumentError(
        fmt::format("topic {} is another engine's: find it in the engine that made this producer",
                    topic->name()));
  }
  return routes_.FindOrAdd(context_, topic);
}

absl::StatusOr<std::int32_t> ProducerImpl::AskPartitioner(const ProducerRecord& record,
                                                          Target& target) const {
  Route& route = *target.route;
  const std::int32_t count = route.topic().partition_count();
  switch (partitioner_) {
    case PartitionerKind::kKafkaDefault:
      if (!IsNull(record.key)) return PartitionForKey(record.key, count);
      target.is_sticky = true;
      return route.Sticky(count);
    case PartitionerKind::kRoundRobin:
      return route.RoundRobin(count);
    case PartitionerKind::kCallable:
      break;
  }
  const std::int32_t chosen =
      context_->options.partitioner(route.topic().name(), record.key, count);
  if (chosen >= 0 && chosen < count) return chosen;
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kUnknownTopicOrPartition,
                   fmt::format("the partitioner chose partition {} of topic {}, which has {}",
                               chosen, route.topic().name(), count));
}

absl::Status ProducerImpl::Find(const TopicPtr& topic, const ProducerRecord& record,
                                std::size_t value_size, Target& target) {
  target.route = routes_.Find(*topic);
  if (target.route == nullptr || context_->closed.load(std::memory_order_relaxed)) [[unlikely]] {
    auto route = FindRoute(topic);
    if (!route.ok()) return route.status();
    target.route = *route;
  }
  // Before anybody looks at the key: a length that is no length must not be believed.
  target.data = {.key = record.key, .headers = record.headers};
  target.size = MaxRecordSize(target.data);
  target.size += std::min(value_size, SIZE_MAX - target.size);
  if (auto status = CheckSize(target); !status.ok()) return status;
  std::int32_t partition = record.partition;
  if (partition == kAnyPartition) {
    auto chosen = AskPartitioner(record, target);
    if (!chosen.ok()) return chosen.status();
    partition = *chosen;
  }
  target.queue = target.route->FindQueue(partition);
  if (target.queue == nullptr) [[unlikely]] {
    auto queue = target.route->MakeQueue(partition);
    if (!queue.ok()) return queue.status();
    target.queue = *queue;
  }
  target.now_nanos = context_->clock.NowNanos();
  target.data.timestamp_ms = record.timestamp.has_value() ? absl::ToUnixMillis(*record.timestamp)
                                                          : target.now_nanos / kNanosPerMilli;
  if (target.data.timestamp_ms < 0) {
    const TopicPartition& where = target.queue->where();
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidTimestamp,
                     fmt::format("{}-{}: timestamp {} ms is before 1970", where.topic,
                                 where.partition, target.data.timestamp_ms));
  }
  target.data.value = record.value;
  return absl::OkStatus();
}

absl::Status ProducerImpl::CheckSize(const Target& target) const {
  const std::size_t limit = context_->options.max_request_size;
  if (target.size <= limit) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kMessageTooLarge,
                   fmt::format("{}: a record of up to {} bytes with its overhead passes "
                               "ProducerOptions::max_request_size={}; raise it, or send less at "
                               "once",
                               target.route->topic().name(), target.size, limit));
}

void ProducerImpl::CountSent(const Target& target, bool filled) const {
  if (!target.is_sticky) return;
  if (!target.route->CountSticky(target.size, sticky_limit_, filled)) return;
  target.route->MoveOn(target.queue->where().partition, target.route->topic().partition_count());
}

absl::Status ProducerImpl::Failed(absl::Status status) const {
  // That a record came too late is no failure of Close.
  if (!context_->closed.load(std::memory_order_relaxed)) context_->failures.Note(status);
  return status;
}

absl::Status ProducerImpl::Refused(absl::Status status) const {
  context_->engine->client_metrics().refused_sends.Add(1);
  return Failed(std::move(status));
}

absl::StatusOr<AppendResult> ProducerImpl::SendNow(const Target& target) const {
  auto result = target.queue->log().AppendRecord(target.data, target.now_nanos / kNanosPerMilli);
  if (!result.ok()) return Failed(result.status());
  CountSent(target, false);
  return result;
}

PendingSend ProducerImpl::Send(const TopicPtr& topic, const ProducerRecord& record) {
  Target target;
  if (auto status = Find(topic, record, record.value.size(), target); !status.ok()) {
    return PendingSendAccess::Failed(Refused(std::move(status)));
  }
  if (sends_now_) {
    auto result = SendNow(target);
    if (!result.ok()) return PendingSendAccess::Failed(result.status());
    const std::int64_t stamp = result->log_append_time_ms;
    return PendingSendAccess::Landed(target.queue->name(), result->base_offset,
                                     stamp != kNoTimestamp ? stamp : target.data.timestamp_ms);
  }
  const auto added = SendQueued(target, nullptr);
  if (!added.status.ok()) return PendingSendAccess::Failed(Refused(added.status));
  return PendingSendAccess::Waiting(added.batch, added.index, target.data.timestamp_ms);
}

void ProducerImpl::Send(const TopicPtr& topic, const ProducerRecord& record,
                        DeliveryCallback callback) {
  if (!callback) {
    Send(topic, record);
    return;
  }
  Target target;
  absl::Status status = Find(topic, record, record.value.size(), target);
  if (status.ok() && sends_now_) {
    auto result = SendNow(target);
    if (!result.ok()) return Deliver(callback, result.status());
    const std::int64_t stamp = result->log_append_time_ms;
    const TopicPartition& where = target.queue->where();
    return Deliver(callback,
                   RecordMetadata{where.topic, where.partition, result->base_offset,
                                  stamp != kNoTimestamp ? stamp : target.data.timestamp_ms});
  }
  if (status.ok()) status = SendQueued(target, &callback).status;
  if (!status.ok()) Deliver(callback, Refused(std::move(status)));
}

PartitionQueue::Added ProducerImpl::SendQueued(Target& target, DeliveryCallback* callback) {
  auto added = target.queue->Add(target.data, target.size, target.now_nanos, callback);
  if (added.wanted != 0) [[unlikely]] {
    added = AddWithRoom(target, callback, added.wanted);
  }
  if (!added.status.ok()) return added;
  CountSent(target, added.filled);
  // Without linger the result is ready on return, whichever thread sends the batch.
  if (context_->options.linger == absl::ZeroDuration() && callback == nullptr &&
      !InDeliveryCallback()) {
    target.queue->Finish(added.batch, base::Deadline::max());
  }
  return added;
}

// Sends what lingers, for the memory that it holds; then waits for what other threads are sending.
PartitionQueue::Added ProducerImpl::AddWithRoom(const Target& target, DeliveryCallback* callback,
                                                std::size_t wanted) {
  const auto deadline = base::DeadlineAfter(InDeliveryCallback() ? absl::ZeroDuration()
                                                                 : context_->options.max_block);
  base::SleepTimer timer(context_->engine->client_metrics().send_wait, context_->clock);
  for (;;) {
    for (const auto& queue : routes_.Queues()) queue->SendOpen();
    auto added = target.queue->Add(target.data, target.size, target.now_nanos, callback);
    // The engine's buffers are not waited for: nothing tells when others let go of them.
    const bool may_wait = added.wanted != 0 && wanted <= context_->memory.cap() &&
                          added.status.code() == absl::StatusCode::kDeadlineExceeded;
    if (!may_wait || !context_->memory.WaitFor(wanted, deadline, timer)) return added;
  }
}

absl::StatusOr<std::unique_ptr<ClaimedRecord>> ProducerImpl::Claim(const TopicPtr& topic,
                                                                   const ProducerRecord& record,
                                                                   std::size_t value_size) {
  if (!sends_now_ && InDeliveryCallback()) return CalledFromCallback("ClaimRecord");
  Target target;
  if (auto status = Find(topic, record, value_size, target); !status.ok()) {
    return Refused(std::move(status));
  }
  target.queue->SendAll(base::Deadline::max());
  auto batch = target.queue->log().Claim(target.data, value_size);
  if (!batch.ok()) return Failed(batch.status());
  CountSent(target, false);
  auto claimed = std::make_unique<ClaimedRecord>();
  claimed->batch = *std::move(batch);
  claimed->log = target.queue->shared_log();
  claimed->context = context_;
  claimed->where = target.queue->where();
  claimed->timestamp_ms = target.data.timestamp_ms;
  return claimed;
}

absl::Status ProducerImpl::FlushQueues(base::Deadline deadline) {
  const auto queues = routes_.Queues();
  const PartitionQueue* late = nullptr;
  bool in_time = true;
  for (const auto& queue : queues) {
    const bool is_flushed = in_time ? queue->Flush(deadline) : queue->IsEmpty();
    if (!is_flushed && late == nullptr) late = queue.get();
    in_time = !base::HasPassed(deadline);
  }
  if (late == nullptr) return context_->failures.Take();
  return MakeError(absl::StatusCode::kDeadlineExceeded, ErrorCode::kRequestTimedOut,
                   fmt::format("{}-{}: not all records were sent and reported in time: they are "
                               "still being appended, or their callbacks run",
                               late->where().topic, late->where().partition));
}

absl::Status ProducerImpl::Flush(absl::Duration timeout) {
  if (InDeliveryCallback()) return CalledFromCallback("Flush");
  if (context_->closed.load()) return ProducerClosed();
  return FlushQueues(base::DeadlineAfter(timeout));
}

// Whoever comes first closes. No lock is held meanwhile, for callbacks run.
absl::Status ProducerImpl::Close(absl::Duration timeout) {
  if (InDeliveryCallback()) return CalledFromCallback("Close");
  const base::Deadline deadline = base::DeadlineAfter(timeout);
  if (context_->closed.exchange(true)) return WaitUntilClosed(deadline);
  auto status = FlushQueues(deadline);
  if (status.code() == absl::StatusCode::kDeadlineExceeded) {
    for (const auto& queue : routes_.Queues()) queue->Abort(status);
  }
  if (linger_task_ != nullptr) context_->engine->RemoveTask(linger_task_.get());
  close_ended_.store(true);
  close_ends_.Notify();
  return status;
}

absl::Status ProducerImpl::WaitUntilClosed(base::Deadline deadline) {
  while (!close_ended_.load()) {
    const auto ticket = close_ends_.Prepare();
    if (close_ended_.load() || close_ends_.Wait(ticket, deadline)) continue;
    if (close_ended_.load()) break;
    return MakeError(absl::StatusCode::kDeadlineExceeded, ErrorCode::kRequestTimedOut,
                     "another thread is still closing this producer");
  }
  return absl::OkStatus();
}

}  // namespace rill::client
