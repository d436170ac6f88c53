#include "client/kafka/kafka_producer.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/time/clock.h"
#include "base/leak.h"
#include "client/kafka/producer_properties.h"
#include "client/kafka/status.h"
#include "client/partitioners.h"
#include "client/producer_impl.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

// How long librdkafka is left with what it sends until somebody looks again.
constexpr int kLookMs = 10;
constexpr absl::Duration kPurgeAgain = absl::Milliseconds(20);

absl::Status Late(const std::string& what) {
  return MakeError(absl::StatusCode::kDeadlineExceeded, ErrorCode::kRequestTimedOut, what);
}

absl::Time DeadlineOf(absl::Duration timeout) { return absl::Now() + timeout; }

std::string NameOf(const std::string& topic, std::int32_t partition) {
  return partition < 0 ? topic : fmt::format("{}-{}", topic, partition);
}

// Parts of a message as librdkafka takes them; null stays null.
rd_kafka_vu_t Memory(rd_kafka_vtype_t type, std::string_view bytes) {
  rd_kafka_vu_t part;
  part.vtype = type;
  part.u.mem.ptr = const_cast<char*>(bytes.data());  // copied, and not written to
  part.u.mem.size = bytes.size();
  return part;
}

KafkaHeaders HeadersOf(std::span<const Header> headers) {
  KafkaHeaders made(rd_kafka_headers_new(headers.size()));
  for (const Header& header : headers) {
    rd_kafka_header_add(made.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value.data(), static_cast<ssize_t>(header.value.size()));
  }
  return made;
}

bool IsTheApplications(const Partitioner& partitioner) {
  return partitioner && partitioner.target<KafkaDefault>() == nullptr;
}

}  // namespace

struct KafkaProducer::Sending {
  ~Sending() {
    if (batch != nullptr) batch->Unref();
  }
  PendingBatch* batch = nullptr;  // where a PendingSend waits for it
  DeliveryCallback callback;      // else
  std::uint64_t round = 0;
};

class KafkaProducer::ClientInUse {
 public:
  explicit ClientInUse(KafkaProducer* producer) : producer_(producer) {
    absl::MutexLock lock(&producer_->mutex_);
    client_ = producer_->client_.get();
    ++producer_->users_;
  }
  ~ClientInUse() {
    absl::MutexLock lock(&producer_->mutex_);
    --producer_->users_;
  }
  ClientInUse(const ClientInUse&) = delete;
  ClientInUse& operator=(const ClientInUse&) = delete;
  rd_kafka_t* get() const { return client_; }

 private:
  KafkaProducer* const producer_;
  rd_kafka_t* client_;
};

KafkaProducer::KafkaProducer(std::shared_ptr<ClusterEnvironment> environment,
                             const ProducerOptions& options)
    : KafkaClientOwner(std::move(environment)),
      options_(options),
      asks_partitioner_(IsTheApplications(options.partitioner)) {}

KafkaProducer::~KafkaProducer() {
  if (!is_in_child()) return;
  base::Leak(std::move(topics_));
  base::Leak(std::move(client_));
  base::Leak(std::move(background_));
}

absl::StatusOr<std::shared_ptr<KafkaProducer>> KafkaProducer::Create(
    std::shared_ptr<ClusterEnvironment> environment, const ProducerOptions& options) {
  if (auto sound = CheckProducerOptions(options); !sound.ok()) return sound;
  ClientConfig config;
  absl::Status set = config.ConnectTo(*environment);
  for (const auto& [name, value] : PropertiesOf(options)) set.Update(config.Set(name, value));
  set.Update(config.SetAll(environment->configs()));
  set.Update(config.SetAll(options.configs));
  if (!set.ok()) return set;
  auto producer = std::make_shared<KafkaProducer>(std::move(environment), options);
  producer->lingers_ = config.ValueOf("linger.ms") != "0";
  rd_kafka_conf_set_events(config.get(), RD_KAFKA_EVENT_DR);
  rd_kafka_conf_set_background_event_cb(config.get(), OnEvent);
  auto client = config.Make(RD_KAFKA_PRODUCER, producer.get());
  if (!client.ok()) return client.status();
  absl::MutexLock lock(&producer->mutex_);
  producer->client_ = *std::move(client);
  producer->background_.reset(rd_kafka_queue_get_background(producer->client_.get()));
  const KafkaQueue reports(rd_kafka_queue_get_main(producer->client_.get()));
  rd_kafka_queue_forward(reports.get(), producer->background_.get());
  return producer;
}

absl::Status KafkaProducer::Failed(absl::Status status) {
  failures_.Note(status);
  return status;
}

absl::Status KafkaProducer::Check(const ClusterTopicPtr& topic, const ProducerRecord& record,
                                  std::int64_t timestamp_ms) const {
  // The value's length apart: a length that is no length must not be believed.
  std::size_t size = MaxRecordSize({.key = record.key, .headers = record.headers});
  size += std::min(record.value.size(), SIZE_MAX - size);
  if (size > options_.max_request_size) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kMessageTooLarge,
                     fmt::format("{}: a record of up to {} bytes with its overhead passes "
                                 "ProducerOptions::max_request_size={}; raise it, or send less at "
                                 "once",
                                 topic->name, size, options_.max_request_size));
  }
  for (const Header& header : record.headers) {
    if (!IsNull(header.name)) continue;
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                     fmt::format("{}: a header's name cannot be null", topic->name));
  }
  if (record.partition < kAnyPartition) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kUnknownTopicOrPartition,
                     fmt::format("topic {} has no partition {}", topic->name, record.partition));
  }
  if (timestamp_ms > 0) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidTimestamp,
      fmt::format("{}: timestamp {} ms: {}", topic->name, timestamp_ms,
                  timestamp_ms < 0 ? "a time before 1970"
                                   : "librdkafka takes the very first of 1970 for none at all"));
}

absl::StatusOr<std::int32_t> KafkaProducer::ChoosePartition(const ClusterTopicPtr& topic,
                                                            const ProducerRecord& record) const {
  if (record.partition != kAnyPartition || !asks_partitioner_) return record.partition;
  const std::int32_t count = topic->partition_count.load();
  const std::int32_t chosen = options_.partitioner(topic->name, record.key, count);
  if (chosen >= 0 && chosen < count) return chosen;
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kUnknownTopicOrPartition,
                   fmt::format("the partitioner chose partition {} of topic {}, which has {}",
                               chosen, topic->name, count));
}

PendingSend KafkaProducer::Send(const ClusterTopicPtr& topic, const ProducerRecord& record,
                                DeliveryCallback* callback) {
  const ClientInUse client(this);
  auto sending = std::make_unique<Sending>();
  rd_kafka_topic_t* to = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    // That a record came too late is no failure of Close, and so is not noted.
    if (closed_ || client.get() == nullptr) {
      const auto open = environment->CheckOpen();
      return PendingSendAccess::Failed(open.ok() ? ProducerClosed() : open);
    }
    to = TopicOf(client.get(), topic->name);
    sending->round = round_;
    ++records_[round_];
  }
  const std::uint64_t round = sending->round;
  const std::int64_t timestamp_ms =
      absl::ToUnixMillis(record.timestamp.has_value() ? *record.timestamp : absl::Now());
  if (callback != nullptr) {
    sending->callback = std::move(*callback);
  } else {
    sending->batch = new PendingBatch(std::shared_ptr<SenderElsewhere>(shared_from_this()));
    sending->batch->Ref();  // the PendingSend's
  }
  PendingBatch* const batch = sending->batch;
  absl::Status sent = Check(topic, record, timestamp_ms);
  if (sent.ok()) sent = Produce(client.get(), to, topic, record, timestamp_ms, sending.get());
  if (!sent.ok()) {
    if (batch != nullptr) batch->Unref();
    if (callback != nullptr) *callback = std::move(sending->callback);
    Forget(round, 1);
    return PendingSendAccess::Failed(Failed(std::move(sent)));
  }
  static_cast<void>(sending.release());  // librdkafka's, until it is reported
  if (batch != nullptr) return PendingSendAccess::Waiting(batch, 0, timestamp_ms);
  *callback = nullptr;  // taken
  return PendingSendAccess::Failed(absl::OkStatus());
}

rd_kafka_topic_t* KafkaProducer::TopicOf(rd_kafka_t* client, const std::string& name) {
  KafkaTopic& topic = topics_[name];
  // Of a topic that it is only given the name of with a record, librdkafka 2.0 asks for metadata
  // when it next looks at all topics, within a second.
  if (topic == nullptr) topic.reset(rd_kafka_topic_new(client, name.c_str(), nullptr));
  return topic.get();
}

absl::Status KafkaProducer::Produce(rd_kafka_t* client, rd_kafka_topic_t* to,
                                    const ClusterTopicPtr& topic, const ProducerRecord& record,
                                    std::int64_t timestamp_ms, Sending* sending) {
  if (to == nullptr) return StatusOf(RD_KAFKA_RESP_ERR__INVALID_ARG, topic->name);
  const auto partition = ChoosePartition(topic, record);
  if (!partition.ok()) return partition.status();
  std::array<rd_kafka_vu_t, 8> parts;
  std::size_t count = 0;
  const auto add = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
    parts[count].vtype = type;
    return parts[count++];
  };
  add(RD_KAFKA_VTYPE_RKT).u.rkt = to;
  add(RD_KAFKA_VTYPE_PARTITION).u.i32 = *partition;
  add(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
  add(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = timestamp_ms;
  add(RD_KAFKA_VTYPE_OPAQUE).u.ptr = sending;
  parts[count++] = Memory(RD_KAFKA_VTYPE_KEY, record.key);
  parts[count++] = Memory(RD_KAFKA_VTYPE_VALUE, record.value);
  KafkaHeaders headers;
  if (!record.headers.empty()) {
    headers = HeadersOf(record.headers);
    add(RD_KAFKA_VTYPE_HEADERS).u.headers = headers.get();
  }
  const absl::Time deadline =
      DeadlineOf(InDeliveryCallback() ? absl::ZeroDuration() : options_.max_block);
  for (;;) {
    rd_kafka_error_t* const error = rd_kafka_produceva(client, parts.data(), count);
    if (error == nullptr) {
      static_cast<void>(headers.release());  // the message's
      return absl::OkStatus();
    }
    const bool is_full = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__QUEUE_FULL;
    if (!is_full) return StatusOf(error, NameOf(topic->name, *partition));
    rd_kafka_error_destroy(error);
    if (IsClosed()) return ProducerClosed();
    if (absl::Now() >= deadline) {
      return Late(
          fmt::format("{}: ProducerOptions::buffer_memory={} is full; raise it or "
                      "max_block={}, or send less",
                      NameOf(topic->name, *partition), options_.buffer_memory,
                      absl::FormatDuration(options_.max_block)));
    }
    rd_kafka_flush(client, kLookMs);
  }
}

bool KafkaProducer::IsClosed() {
  absl::MutexLock lock(&mutex_);
  return closed_;
}

void KafkaProducer::Forget(std::uint64_t round, std::uint64_t records) {
  absl::MutexLock lock(&mutex_);
  const auto found = records_.find(round);
  if ((found->second -= records) == 0) records_.erase(found);
}

void KafkaProducer::OnEvent(rd_kafka_t*, rd_kafka_event_t* event, void* opaque) {
  if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
    static_cast<KafkaProducer*>(ClientOpaque::Of(opaque).owner)->Report(event);
  }
  rd_kafka_event_destroy(event);
}

void KafkaProducer::Report(rd_kafka_event_t* event) {
  std::map<std::uint64_t, std::uint64_t> reported;
  while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
    const std::unique_ptr<Sending> sending(static_cast<Sending*>(message->_private));
    ++reported[sending->round];
    const auto result = ResultOf(*message);
    if (!result.ok()) failures_.Note(result.status());
    if (sending->batch == nullptr) {
      Deliver(sending->callback, result);
    } else if (result.ok()) {
      // The time is the record's own or the log's; either way it is this.
      sending->batch->CompleteAt(
          last_reported_,
          AppendResult{.base_offset = result->offset, .log_append_time_ms = result->timestamp_ms});
    } else {
      sending->batch->CompleteAt(last_reported_, result.status());
    }
  }
  for (const auto& [round, records] : reported) Forget(round, records);
}

absl::StatusOr<RecordMetadata> KafkaProducer::ResultOf(const rd_kafka_message_t& message) {
  const char* const topic = rd_kafka_topic_name(message.rkt);
  if (last_reported_ == nullptr || last_reported_->partition != message.partition ||
      last_reported_->topic != topic) {
    last_reported_ =
        std::make_shared<const TopicPartition>(TopicPartition{topic, message.partition});
  }
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return StatusOf(message.err, NameOf(topic, message.partition));
  }
  rd_kafka_timestamp_type_t type;
  return RecordMetadata{topic, message.partition, std::max<std::int64_t>(-1, message.offset),
                        rd_kafka_message_timestamp(&message, &type)};
}

absl::Status KafkaProducer::Finish(const PendingBatch& batch, absl::Duration timeout) {
  if (is_in_child()) return WhyInChild();
  const ClientInUse client(this);
  const absl::Time deadline = DeadlineOf(timeout);
  while (!batch.done()) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      return Late("the record is not acknowledged yet: wait longer");
    }
    if (lingers_ && client.get() != nullptr) rd_kafka_flush(client.get(), kLookMs);
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&batch, &PendingBatch::done),
                            lingers_ ? absl::ZeroDuration() : left);
  }
  return absl::OkStatus();
}

absl::Status KafkaProducer::FlushUntil(std::uint64_t round, absl::Time deadline) {
  const ClientInUse client(this);
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (IsReported(round)) return failures_.Take();
    }
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      return Late("not all records were sent and reported in time: they are still on their way");
    }
    const auto left_ms = absl::ToInt64Milliseconds(left);
    rd_kafka_flush(client.get(), static_cast<int>(std::clamp<std::int64_t>(left_ms, 1, kLookMs)));
  }
}

absl::Status KafkaProducer::Flush(absl::Duration timeout) {
  if (InDeliveryCallback()) return CalledFromCallback("Flush");
  std::uint64_t round = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (closed_) {
      const auto open = environment->CheckOpen();
      return open.ok() ? ProducerClosed() : open;
    }
    round = ++round_;
  }
  return FlushUntil(round, DeadlineOf(timeout));
}

absl::Status KafkaProducer::Close(absl::Duration timeout) {
  if (InDeliveryCallback()) return CalledFromCallback("Close");
  const absl::Time deadline = DeadlineOf(timeout);
  const auto is_destroyed = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return client_ == nullptr;
  };
  std::uint64_t round = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(closed_, true) && !std::exchange(abandoned_, false)) {
      if (mutex_.AwaitWithDeadline(absl::Condition(&is_destroyed), deadline)) {
        return absl::OkStatus();
      }
      return Late("another thread is still closing this producer");
    }
    round = ++round_;
  }
  auto status = FlushUntil(round, deadline);
  Destroy();
  return status;
}

// What is not sent yet fails, and is reported.
void KafkaProducer::Destroy() {
  const auto is_left = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return records_.empty() && users_ == 0;
  };
  KafkaClient client;
  KafkaQueue background;
  while (client == nullptr) {
    {
      // Once more after a while: a Send that waited for room may have got it from the last one.
      const ClientInUse used(this);
      rd_kafka_purge(used.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }
    absl::MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(absl::Condition(&is_left), kPurgeAgain)) continue;
    background = std::move(background_);
    topics_.clear();
    client = std::move(client_);
  }
  background.reset();
  EndClient(std::move(client), *environment);
}

void KafkaProducer::Abandon() {
  if (!InDeliveryCallback()) {
    Close(absl::InfiniteDuration()).IgnoreError();
    return;
  }
  absl::MutexLock lock(&mutex_);
  if (std::exchange(closed_, true)) return;
  abandoned_ = true;
  environment->Keep(shared_from_this());
}

}  // namespace rill::client
