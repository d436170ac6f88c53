#include "rill/producer.h"

#include <utility>

#include "base/leak.h"
#include "base/wakeup.h"
#include "client/cluster.h"
#include "client/partition_queue.h"
#include "client/pending_batch.h"
#include "client/producer_impl.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill {
namespace {

absl::Status MovedFrom(const char* what) {
  return absl::FailedPreconditionError(std::string("this ") + what + " was moved from");
}

// Not where it is the parent's, of which this process is a child: to be asked before any lock is
// taken.
bool IsUsable(const std::shared_ptr<client::ProducerImpl>& impl) {
  return impl != nullptr && !impl->is_in_child();
}

absl::Status WhyUnusable(const std::shared_ptr<client::ProducerImpl>& impl) {
  return impl != nullptr ? impl->CheckOpen() : MovedFrom("Producer");
}

absl::Status OfAnotherPlace(const Topic& topic, const char* topic_is, const char* producer_is) {
  return absl::InvalidArgumentError(
      fmt::format("topic {} is {}, and this producer's are {}: use one that the topic's own engine "
                  "made",
                  topic.name(), topic_is, producer_is));
}

}  // namespace

bool PendingSend::ready() const { return settled_ || batch_ == nullptr || batch_->done(); }

absl::StatusOr<RecordMetadata> PendingSend::Wait(absl::Duration timeout) const {
  if (settled_ && !status_.ok()) return status_;
  if (settled_ && place_.topic_size != 0) {
    return RecordMetadata{std::string(place_.topic, place_.topic_size), place_.partition, offset_,
                          timestamp_ms_};
  }
  if (batch_ == nullptr) return MovedFrom("PendingSend");
  if (settled_) {
    const TopicPartition& where = batch_->where();
    return RecordMetadata{where.topic, where.partition, offset_, timestamp_ms_};
  }
  if (!batch_->done()) {
    if (client::InDeliveryCallback()) return client::CalledFromCallback("PendingSend::Wait");
    if (auto* const sender = batch_->sender_elsewhere(); sender != nullptr) {
      if (auto sent = sender->Finish(*batch_, timeout); !sent.ok()) return sent;
    }
    // Null: it was done in between.
    const auto queue = batch_->queue();
    if (queue != nullptr && queue->is_in_child()) return queue->CheckOpen();
    if (queue != nullptr && !queue->Finish(batch_, base::DeadlineAfter(timeout))) {
      const TopicPartition& where = batch_->where();
      return MakeError(absl::StatusCode::kDeadlineExceeded, ErrorCode::kRequestTimedOut,
                       fmt::format("{}-{}: the record is not acknowledged yet: wait longer",
                                   where.topic, where.partition));
    }
  }
  return batch_->ResultOf(offset_, timestamp_ms_);
}

void PendingSend::Release() { batch_->Unref(); }

Claim::Claim(std::unique_ptr<client::ClaimedRecord> record) : record_(std::move(record)) {}
Claim::Claim(Claim&&) noexcept = default;
Claim& Claim::operator=(Claim&&) noexcept = default;
Claim::~Claim() {
  if (record_ != nullptr && record_->context->engine->is_in_child()) {
    base::Leak(std::move(record_));
  }
}

std::span<char> Claim::value() const {
  if (record_ == nullptr || record_->batch == nullptr) return {};
  return {record_->batch->value(), record_->batch->value_size()};
}

absl::StatusOr<RecordMetadata> Claim::Publish() {
  if (record_ == nullptr) return MovedFrom("Claim");
  if (record_->batch == nullptr) {
    return absl::FailedPreconditionError("this Claim was published already");
  }
  if (record_->context->engine->is_in_child()) return record_->context->engine->CheckOpen();
  auto result = record_->batch->Publish();
  record_->batch.reset();
  if (!result.ok()) {
    record_->context->failures.Note(result.status());
    return result.status();
  }
  const std::int64_t stamp = result->log_append_time_ms;
  return RecordMetadata{record_->where.topic, record_->where.partition, result->base_offset,
                        stamp != kNoTimestamp ? stamp : record_->timestamp_ms};
}

Producer::Producer(std::shared_ptr<client::ProducerImpl> impl) : impl_(std::move(impl)) {}
Producer::Producer(std::shared_ptr<client::ClusterProducer> cluster)
    : cluster_(std::move(cluster)) {}
Producer::Producer(Producer&&) noexcept = default;

Producer& Producer::operator=(Producer&& other) noexcept {
  Producer taken(std::move(other));
  std::swap(impl_, taken.impl_);
  std::swap(cluster_, taken.cluster_);
  return *this;  // `taken` closes what was here
}

Producer::~Producer() {
  if (cluster_ != nullptr && cluster_->is_in_child()) {
    base::Leak(std::move(cluster_));
  } else if (cluster_ != nullptr) {
    cluster_->Abandon();
  }
  if (impl_ == nullptr) return;
  if (impl_->is_in_child()) {
    base::Leak(std::move(impl_));
  } else {
    impl_->Close(absl::InfiniteDuration()).IgnoreError();
  }
}

PendingSend Producer::Send(const Topic& topic, const ProducerRecord& record) {
  if (!IsUsable(impl_) || topic.state_ == nullptr) [[unlikely]]
    return SendElsewhere(topic, record, nullptr);
  return impl_->Send(topic.state_, record);
}

void Producer::Send(const Topic& topic, const ProducerRecord& record, DeliveryCallback callback) {
  if (IsUsable(impl_) && topic.state_ != nullptr) [[likely]]
    return impl_->Send(topic.state_, record, std::move(callback));
  const PendingSend sent = SendElsewhere(topic, record, callback ? &callback : nullptr);
  // Still here: it was not taken, for the record was not.
  if (callback) client::Deliver(callback, sent.Wait(absl::ZeroDuration()));
}

// Into a cluster; or nowhere, and then `callback` is left.
PendingSend Producer::SendElsewhere(const Topic& topic, const ProducerRecord& record,
                                    DeliveryCallback* callback) {
  using client::PendingSendAccess;
  if (cluster_ != nullptr && cluster_->is_in_child()) {
    return PendingSendAccess::Failed(client::OfOneProcess::WhyInChild());
  }
  if (cluster_ != nullptr && topic.elsewhere_ == nullptr) {
    return PendingSendAccess::Failed(OfAnotherPlace(topic, "in this process", "a cluster's"));
  }
  if (cluster_ != nullptr) return cluster_->Send(topic.elsewhere_, record, callback);
  if (!IsUsable(impl_)) return PendingSendAccess::Failed(WhyUnusable(impl_));
  return PendingSendAccess::Failed(OfAnotherPlace(topic, "a cluster's", "in this process"));
}

absl::StatusOr<Claim> Producer::ClaimRecord(const Topic& topic, const ProducerRecord& record,
                                            std::size_t value_size) {
  if (cluster_ != nullptr) {
    return absl::UnimplementedError(
        "ClaimRecord writes into a log of this process, and this producer's are a cluster's: use "
        "Send");
  }
  if (!IsUsable(impl_)) return WhyUnusable(impl_);
  if (topic.state_ == nullptr) return OfAnotherPlace(topic, "a cluster's", "in this process");
  auto claimed = impl_->Claim(topic.state_, record, value_size);
  if (!claimed.ok()) return claimed.status();
  return Claim(*std::move(claimed));
}

absl::Status Producer::Flush(absl::Duration timeout) {
  if (cluster_ != nullptr) {
    return cluster_->is_in_child() ? client::OfOneProcess::WhyInChild() : cluster_->Flush(timeout);
  }
  return IsUsable(impl_) ? impl_->Flush(timeout) : WhyUnusable(impl_);
}

absl::Status Producer::Close(absl::Duration timeout) {
  if (cluster_ != nullptr) {
    return cluster_->is_in_child() ? client::OfOneProcess::WhyInChild() : cluster_->Close(timeout);
  }
  if (impl_ == nullptr) return absl::OkStatus();
  return IsUsable(impl_) ? impl_->Close(timeout) : WhyUnusable(impl_);
}

}  // namespace rill
