#include "rill/consumer.h"

#include <utility>

#include "base/leak.h"
#include "client/cluster.h"
#include "client/consumer_impl.h"

namespace rill {
namespace {

// Not where it is the parent's, of which this process is a child: to be asked before any lock is
// taken.
template <typename Impl>
bool IsUsable(const std::unique_ptr<Impl>& impl) {
  return impl != nullptr && !impl->is_in_child();
}

absl::Status WhyUnusable(const std::unique_ptr<client::ConsumerImpl>& impl,
                         const std::unique_ptr<client::ClusterConsumer>& cluster) {
  if (impl != nullptr) return impl->WhyInChild();
  if (cluster != nullptr) return client::OfOneProcess::WhyInChild();
  return absl::FailedPreconditionError("this Consumer was moved from");
}

}  // namespace

Consumer::Consumer(std::unique_ptr<client::ClusterConsumer> cluster)
    : cluster_(std::move(cluster)) {}
Consumer::Consumer(std::unique_ptr<client::ConsumerImpl> impl) : impl_(std::move(impl)) {}
Consumer::Consumer(Consumer&&) noexcept = default;

Consumer& Consumer::operator=(Consumer&& other) noexcept {
  Consumer taken(std::move(other));
  std::swap(impl_, taken.impl_);
  std::swap(cluster_, taken.cluster_);
  return *this;  // `taken` closes what was here
}

Consumer::~Consumer() {
  if (cluster_ != nullptr && cluster_->is_in_child()) base::Leak(std::move(cluster_));
  if (impl_ != nullptr && impl_->is_in_child()) base::Leak(std::move(impl_));
}

absl::Status Consumer::Subscribe(const std::vector<std::string>& topics) {
  if (topics.empty()) return Unsubscribe();
  if (IsUsable(cluster_)) return cluster_->Subscribe(topics);
  return IsUsable(impl_) ? impl_->Subscribe(topics) : WhyUnusable(impl_, cluster_);
}

absl::Status Consumer::SubscribePattern(const std::string& pattern) {
  if (IsUsable(cluster_)) return cluster_->SubscribePattern(pattern);
  return IsUsable(impl_) ? impl_->SubscribePattern(pattern) : WhyUnusable(impl_, cluster_);
}

absl::Status Consumer::Unsubscribe() {
  if (IsUsable(cluster_)) return cluster_->Unsubscribe();
  return IsUsable(impl_) ? impl_->Unsubscribe() : WhyUnusable(impl_, cluster_);
}

absl::Status Consumer::Assign(const std::vector<TopicPartition>& partitions) {
  if (IsUsable(cluster_)) return cluster_->Assign(partitions);
  return IsUsable(impl_) ? impl_->Assign(partitions) : WhyUnusable(impl_, cluster_);
}

std::vector<std::string> Consumer::subscription() const {
  if (IsUsable(cluster_)) return cluster_->subscription();
  return IsUsable(impl_) ? impl_->subscription() : std::vector<std::string>();
}

std::vector<TopicPartition> Consumer::assignment() const {
  if (IsUsable(cluster_)) return cluster_->assignment();
  return IsUsable(impl_) ? impl_->assignment() : std::vector<TopicPartition>();
}

absl::StatusOr<Records> Consumer::Poll(absl::Duration timeout) {
  if (IsUsable(impl_)) [[likely]]
    return impl_->Poll(timeout);
  if (IsUsable(cluster_)) return cluster_->Poll(timeout);
  return WhyUnusable(impl_, cluster_);
}

void Consumer::Wakeup() {
  if (IsUsable(cluster_)) cluster_->Wakeup();
  if (IsUsable(impl_)) impl_->Wakeup();
}

absl::Status Consumer::Seek(const TopicPartition& partition, std::int64_t offset) {
  if (IsUsable(cluster_)) return cluster_->Seek({partition}, {.offset = offset});
  return IsUsable(impl_) ? impl_->Seek(partition, offset) : WhyUnusable(impl_, cluster_);
}

absl::Status Consumer::SeekToBeginning(const std::vector<TopicPartition>& partitions) {
  if (IsUsable(cluster_))
    return cluster_->Seek(partitions, {.kind = client::SeekTarget::Kind::kBeginning});
  if (!IsUsable(impl_)) return WhyUnusable(impl_, cluster_);
  return impl_->SeekAll(partitions, [](const client::AssignedPartition& partition) {
    return partition.log->log_start_offset();
  });
}

absl::Status Consumer::SeekToEnd(const std::vector<TopicPartition>& partitions) {
  if (IsUsable(cluster_))
    return cluster_->Seek(partitions, {.kind = client::SeekTarget::Kind::kEnd});
  if (!IsUsable(impl_)) return WhyUnusable(impl_, cluster_);
  return impl_->SeekAll(partitions, [](const client::AssignedPartition& partition) {
    return partition.log->high_watermark();
  });
}

absl::Status Consumer::SeekToTime(absl::Time time, const std::vector<TopicPartition>& partitions) {
  if (IsUsable(cluster_))
    return cluster_->Seek(partitions, {.kind = client::SeekTarget::Kind::kTime, .time = time});
  if (!IsUsable(impl_)) return WhyUnusable(impl_, cluster_);
  return impl_->SeekAll(
      partitions,
      [time](const client::AssignedPartition& partition) -> absl::StatusOr<std::int64_t> {
        // Read before the search: what is appended meanwhile is not passed over.
        const std::int64_t end = partition.log->high_watermark();
        auto found = partition.log->OffsetForTime(time);
        if (!found.ok()) return found.status();
        return found->offset >= 0 ? found->offset : end;
      });
}

absl::StatusOr<std::int64_t> Consumer::Position(const TopicPartition& partition) {
  if (IsUsable(cluster_)) return cluster_->Position(partition);
  if (!IsUsable(impl_)) return WhyUnusable(impl_, cluster_);
  return impl_->Position(partition);
}

absl::StatusOr<OffsetAndMetadata> Consumer::Committed(const TopicPartition& partition) {
  if (IsUsable(cluster_)) return cluster_->Committed(partition);
  if (!IsUsable(impl_)) return WhyUnusable(impl_, cluster_);
  return impl_->Committed(partition);
}

absl::StatusOr<std::int64_t> Consumer::Lag(const TopicPartition& partition) {
  if (IsUsable(cluster_)) return cluster_->Lag(partition);
  if (!IsUsable(impl_)) return WhyUnusable(impl_, cluster_);
  return impl_->Lag(partition);
}

absl::Status Consumer::Pause(const std::vector<TopicPartition>& partitions) {
  if (IsUsable(cluster_)) return cluster_->SetPaused(partitions, true);
  return IsUsable(impl_) ? impl_->SetPaused(partitions, true) : WhyUnusable(impl_, cluster_);
}

absl::Status Consumer::Resume(const std::vector<TopicPartition>& partitions) {
  if (IsUsable(cluster_)) return cluster_->SetPaused(partitions, false);
  return IsUsable(impl_) ? impl_->SetPaused(partitions, false) : WhyUnusable(impl_, cluster_);
}

std::vector<TopicPartition> Consumer::paused() const {
  if (IsUsable(cluster_)) return cluster_->paused();
  return IsUsable(impl_) ? impl_->paused() : std::vector<TopicPartition>();
}

absl::Status Consumer::Commit() {
  if (IsUsable(cluster_)) return cluster_->Commit(std::nullopt);
  return IsUsable(impl_) ? impl_->Commit() : WhyUnusable(impl_, cluster_);
}

absl::Status Consumer::Commit(const Records& records) {
  if (IsUsable(cluster_)) {
    auto ends = client::EndsOf(records);
    return ends.ok() ? cluster_->Commit(*std::move(ends)) : ends.status();
  }
  return IsUsable(impl_) ? impl_->Commit(records) : WhyUnusable(impl_, cluster_);
}

absl::Status Consumer::Commit(const std::map<TopicPartition, OffsetAndMetadata>& offsets) {
  if (IsUsable(cluster_)) return cluster_->Commit(offsets);
  return IsUsable(impl_) ? impl_->Commit(offsets) : WhyUnusable(impl_, cluster_);
}

void Consumer::CommitAsync(CommitCallback callback) {
  if (IsUsable(impl_)) {
    impl_->CommitAsync(std::nullopt, std::move(callback));
  } else if (IsUsable(cluster_)) {
    cluster_->CommitAsync(std::nullopt, std::move(callback));
  } else if (callback) {
    callback(WhyUnusable(impl_, cluster_));
  }
}

void Consumer::CommitAsync(const std::map<TopicPartition, OffsetAndMetadata>& offsets,
                           CommitCallback callback) {
  if (IsUsable(impl_)) {
    impl_->CommitAsync(offsets, std::move(callback));
  } else if (IsUsable(cluster_)) {
    cluster_->CommitAsync(offsets, std::move(callback));
  } else if (callback) {
    callback(WhyUnusable(impl_, cluster_));
  }
}

std::string Consumer::member_id() const {
  if (IsUsable(cluster_)) return cluster_->member_id();
  return IsUsable(impl_) ? impl_->member_id() : std::string();
}

absl::Status Consumer::Close() {
  if (IsUsable(cluster_)) return cluster_->Close();
  if (impl_ == nullptr && cluster_ == nullptr) return absl::OkStatus();
  return IsUsable(impl_) ? impl_->Close() : WhyUnusable(impl_, cluster_);
}

}  // namespace rill
