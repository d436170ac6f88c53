#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "client/consumer_impl.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {

absl::StatusOr<OffsetAndMetadata> ConsumerImpl::Committed(const TopicPartition& partition) {
  if (auto status = CheckOpen(); !status.ok()) return status;
  if (auto status = CheckGroup(); !status.ok()) return status;
  auto fetched = engine_->groups()->Fetch(options_.group, {partition});
  if (!fetched.ok()) return fetched.status();
  if (const auto found = fetched->find(partition); found != fetched->end()) return found->second;
  return absl::NotFoundError(fmt::format("group \"{}\" has committed nothing of {}-{}",
                                         options_.group, partition.topic, partition.partition));
}

absl::StatusOr<std::map<TopicPartition, OffsetAndMetadata>> EndsOf(const Records& records) {
  if (auto status = records.Check(); !status.ok()) return status;
  std::map<TopicPartition, OffsetAndMetadata> ends;
  for (const Records::Range& range : records.ranges()) {
    OffsetAndMetadata& end = ends[range.partition()];
    end.offset = std::max(end.offset, range.next_offset);
  }
  return ends;
}

ConsumerImpl::Offsets ConsumerImpl::Positions() const {
  Offsets offsets;
  for (const AssignedPartition& partition : assigned_.all()) {
    // A topic that is gone may have been made anew: positions in the old one say nothing there.
    if (!partition.position.has_value() || partition.topic->deleted()) continue;
    offsets[partition.name].offset = *partition.position;
  }
  return offsets;
}

absl::Status ConsumerImpl::Commit() {
  RunAsyncCommits();
  return Store(Positions());
}

absl::Status ConsumerImpl::Commit(const Records& records) {
  const auto ends = EndsOf(records);
  if (!ends.ok()) return ends.status();
  RunAsyncCommits();
  return Store(*ends);
}

absl::Status ConsumerImpl::Commit(const Offsets& offsets) {
  RunAsyncCommits();
  return Store(offsets);
}

namespace {

absl::Status NothingToCommit(const TopicPartition& name, const engine::TopicState& topic) {
  return MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition,
                   fmt::format("there is no {}-{} to commit an offset of{}", name.topic,
                               name.partition, topic.deleted() ? ": it was deleted" : ""));
}

absl::Status CheckNumbers(const TopicPartition& name, const OffsetAndMetadata& committed) {
  if (committed.offset >= 0 && committed.leader_epoch >= -1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      committed.offset < 0 ? fmt::format("offset {} of {}-{} is negative", committed.offset,
                                         name.topic, name.partition)
                           : fmt::format("leader epoch {} of {}-{} cannot be; -1 is for none",
                                         committed.leader_epoch, name.topic, name.partition));
}

}  // namespace

absl::StatusOr<ConsumerImpl::TopicPtr> ConsumerImpl::CheckCommit(
    const TopicPartition& name, const OffsetAndMetadata& committed) {
  if (auto sound = CheckNumbers(name, committed); !sound.ok()) return sound;
  const AssignedPartition* const assigned = assigned_.Find(name);
  // An offset of a topic that was deleted would be taken for one of the next of that name.
  const auto topic = assigned != nullptr ? assigned->topic : engine_->FindTopic(name.topic);
  if (!topic.ok()) return topic.status();
  if ((*topic)->deleted() || (*topic)->partition(name.partition) == nullptr) {
    return NothingToCommit(name, **topic);
  }
  if (mode_ != Mode::kSubscribed || assigned != nullptr) return topic;
  return MakeError(
      absl::StatusCode::kAborted, ErrorCode::kIllegalGeneration,
      fmt::format("{}-{} is not this member's, or not any more: what was read of it is "
                  "left to whoever has it now",
                  name.topic, name.partition));
}

absl::Status ConsumerImpl::Store(const Offsets& offsets) {
  if (auto status = CheckOpen(); !status.ok()) return status;
  if (auto status = CheckGroup(); !status.ok()) return status;
  if (offsets.empty()) return absl::OkStatus();
  std::vector<std::pair<TopicPartition, TopicPtr>> topics;
  for (const auto& [partition, committed] : offsets) {
    auto topic = CheckCommit(partition, committed);
    if (!topic.ok()) return topic.status();
    topics.emplace_back(partition, *std::move(topic));
  }
  // Asked again when the commit has its turn: by then one may be deleted, and made anew.
  const auto still_there = [&] {
    for (const auto& [partition, topic] : topics) {
      if (topic->deleted()) return NothingToCommit(partition, *topic);
    }
    return absl::OkStatus();
  };
  auto status = mode_ == Mode::kSubscribed
                    ? membership_.Commit(offsets, still_there)
                    : engine_->groups()->Commit({.group_id = options_.group}, offsets, still_there);
  if (status.ok()) {
    for (const auto& [partition, committed] : offsets) stored_[partition] = committed;
  }
  return status;
}

void ConsumerImpl::CommitAsync(std::optional<Offsets> offsets, CommitCallback callback) {
  if (auto status = CheckOpen(); !status.ok()) {
    return async_commits_.Refuse(callback, status);
  }
  async_commits_.Add(offsets.has_value() ? *std::move(offsets) : Positions(), std::move(callback));
}

void ConsumerImpl::RunAsyncCommits() {
  async_commits_.Run([this](const Offsets& offsets) { return Store(offsets); });
}

absl::Status ConsumerImpl::AutoCommit() {
  if (!options_.enable_auto_commit) return absl::OkStatus();
  return Store(ChangedSince(Positions(), stored_));
}

void ConsumerImpl::NoteAutoCommit(const absl::Status& status) {
  if (status.ok()) return;
  engine_->Say(LogLevel::kWarning,
               fmt::format("group {}: automatic commit: {}", options_.group, status.ToString()));
}

void ConsumerImpl::AutoCommitIfDue() {
  if (!options_.enable_auto_commit) return;
  const std::int64_t now = clock_.NowNanos();
  const std::int64_t interval = absl::ToInt64Nanoseconds(options_.auto_commit_interval);
  // A clock that was set back does not put commits off.
  if (now < next_auto_commit_nanos_ && next_auto_commit_nanos_ - now <= interval) return;
  const std::int64_t next = base::NanosAfter(now, options_.auto_commit_interval);
  const bool first = std::exchange(next_auto_commit_nanos_, next) == 0;
  if (!first) LastAutoCommit();
}

}  // namespace rill::client
