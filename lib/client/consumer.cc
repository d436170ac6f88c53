#include "rill/consumer.h"

#include <utility>

#include "client/consumer_impl.h"

namespace rill {
namespace {

absl::Status MovedFrom() { return absl::FailedPreconditionError("this Consumer was moved from"); }

}  // namespace

Consumer::Consumer(std::unique_ptr<client::ConsumerImpl> impl) : impl_(std::move(impl)) {}
Consumer::Consumer(Consumer&&) noexcept = default;
Consumer& Consumer::operator=(Consumer&&) noexcept = default;
Consumer::~Consumer() = default;

absl::Status Consumer::Subscribe(const std::vector<std::string>& topics) {
  return impl_ != nullptr ? impl_->Subscribe(topics) : MovedFrom();
}

absl::Status Consumer::SubscribePattern(const std::string& pattern) {
  return impl_ != nullptr ? impl_->SubscribePattern(pattern) : MovedFrom();
}

absl::Status Consumer::Unsubscribe() {
  return impl_ != nullptr ? impl_->Unsubscribe() : MovedFrom();
}

absl::Status Consumer::Assign(const std::vector<TopicPartition>& partitions) {
  return impl_ != nullptr ? impl_->Assign(partitions) : MovedFrom();
}

std::vector<std::string> Consumer::subscription() const {
  return impl_ != nullptr ? impl_->subscription() : std::vector<std::string>();
}

std::vector<TopicPartition> Consumer::assignment() const {
  return impl_ != nullptr ? impl_->assignment() : std::vector<TopicPartition>();
}

absl::StatusOr<Records> Consumer::Poll(absl::Duration timeout) {
  if (impl_ == nullptr) return MovedFrom();
  return impl_->Poll(timeout);
}

void Consumer::Wakeup() {
  if (impl_ != nullptr) impl_->Wakeup();
}

absl::Status Consumer::Seek(const TopicPartition& partition, std::int64_t offset) {
  return impl_ != nullptr ? impl_->Seek(partition, offset) : MovedFrom();
}

absl::Status Consumer::SeekToBeginning(const std::vector<TopicPartition>& partitions) {
  if (impl_ == nullptr) return MovedFrom();
  return impl_->SeekAll(partitions, [](const client::AssignedPartition& partition) {
    return partition.log->log_start_offset();
  });
}

absl::Status Consumer::SeekToEnd(const std::vector<TopicPartition>& partitions) {
  if (impl_ == nullptr) return MovedFrom();
  return impl_->SeekAll(partitions, [](const client::AssignedPartition& partition) {
    return partition.log->high_watermark();
  });
}

absl::Status Consumer::SeekToTime(absl::Time time, const std::vector<TopicPartition>& partitions) {
  if (impl_ == nullptr) return MovedFrom();
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
  if (impl_ == nullptr) return MovedFrom();
  return impl_->Position(partition);
}

absl::StatusOr<OffsetAndMetadata> Consumer::Committed(const TopicPartition& partition) {
  if (impl_ == nullptr) return MovedFrom();
  return impl_->Committed(partition);
}

absl::StatusOr<std::int64_t> Consumer::Lag(const TopicPartition& partition) {
  if (impl_ == nullptr) return MovedFrom();
  return impl_->Lag(partition);
}

absl::Status Consumer::Pause(const std::vector<TopicPartition>& partitions) {
  return impl_ != nullptr ? impl_->SetPaused(partitions, true) : MovedFrom();
}

absl::Status Consumer::Resume(const std::vector<TopicPartition>& partitions) {
  return impl_ != nullptr ? impl_->SetPaused(partitions, false) : MovedFrom();
}

std::vector<TopicPartition> Consumer::paused() const {
  return impl_ != nullptr ? impl_->paused() : std::vector<TopicPartition>();
}

absl::Status Consumer::Commit() { return impl_ != nullptr ? impl_->Commit() : MovedFrom(); }

absl::Status Consumer::Commit(const Records& records) {
  return impl_ != nullptr ? impl_->Commit(records) : MovedFrom();
}

absl::Status Consumer::Commit(const std::map<TopicPartition, OffsetAndMetadata>& offsets) {
  return impl_ != nullptr ? impl_->Commit(offsets) : MovedFrom();
}

void Consumer::CommitAsync(CommitCallback callback) {
  if (impl_ != nullptr) {
    impl_->CommitAsync(std::nullopt, std::move(callback));
  } else if (callback) {
    callback(MovedFrom());
  }
}

void Consumer::CommitAsync(const std::map<TopicPartition, OffsetAndMetadata>& offsets,
                           CommitCallback callback) {
  if (impl_ != nullptr) {
    impl_->CommitAsync(offsets, std::move(callback));
  } else if (callback) {
    callback(MovedFrom());
  }
}

std::string Consumer::member_id() const {
  return impl_ != nullptr ? impl_->member_id() : std::string();
}

absl::Status Consumer::Close() { return impl_ != nullptr ? impl_->Close() : absl::OkStatus(); }

}  // namespace rill
