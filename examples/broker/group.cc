#include "group.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

Group::Group(rill::Consumer committer, rill::TopicPartition partition, std::int64_t committed)
    : committer_(std::move(committer)),
      partition_(std::move(partition)),
      committed_(committed),
      next_(committed) {}

absl::StatusOr<Entries> Group::Take(const rill::Partition& log, const std::string& consumer,
                                    std::int64_t most, std::size_t room) {
  const std::lock_guard lock(mutex_);
  const std::int64_t left = kMaxPending - std::ssize(pending_);
  if (left <= 0) {
    return absl::ResourceExhaustedError(
        fmt::format("{} entries were given to this group and not acknowledged: XACK them first",
                    pending_.size()));
  }
  auto entries = ReadEntries(log, {.begin = next_}, std::min(most, left), room);
  if (!entries.ok() || entries->list.empty()) return entries;
  for (const Entry& entry : entries->list) pending_.emplace(entry.offset, consumer);
  next_ = entries->list.back().offset + 1;
  return entries;
}

absl::StatusOr<Entries> Group::TakeAgain(const rill::Partition& log, const std::string& consumer,
                                         std::int64_t begin, std::int64_t most,
                                         std::size_t room) const {
  const std::lock_guard lock(mutex_);
  Entries found;
  for (auto at = pending_.lower_bound(begin); at != pending_.end(); ++at) {
    if (std::ssize(found.list) >= most || found.bytes >= room) break;
    if (at->second != consumer) continue;
    auto entry = ReadEntries(log, {at->first, at->first + 1}, 1, room);
    if (!entry.ok()) return entry.status();
    if (entry->list.empty()) continue;  // trimmed away
    found.bytes += entry->bytes;
    found.list.push_back(std::move(entry->list.front()));
  }
  return found;
}

absl::StatusOr<std::int64_t> Group::Acknowledge(std::span<const std::int64_t> offsets) {
  const std::lock_guard lock(mutex_);
  std::int64_t acknowledged = 0;
  for (const std::int64_t offset : offsets) {
    acknowledged += static_cast<std::int64_t>(pending_.erase(offset));
  }
  const std::int64_t all_before = pending_.empty() ? next_ : pending_.begin()->first;
  if (all_before == committed_) return acknowledged;
  const auto status = committer_.Commit({{partition_, {.offset = all_before}}});
  if (!status.ok()) return status;
  committed_ = all_before;
  return acknowledged;
}

absl::StatusOr<rill::Consumer> Groups::Committer(const Stream& stream, const std::string& group) {
  auto consumer = engine_.NewConsumer({.group = group});
  if (!consumer.ok()) return consumer.status();
  const auto status = consumer->Assign({{stream.topic.name(), 0}});
  if (!status.ok()) return status;
  return consumer;
}

absl::Status Groups::Create(const Stream& stream, const std::string& group, std::int64_t offset) {
  const std::lock_guard lock(mutex_);
  auto committer = Committer(stream, group);
  if (!committer.ok()) return committer.status();
  const rill::TopicPartition partition{stream.topic.name(), 0};
  const auto committed = committer->Committed(partition);
  if (committed.ok()) {
    return absl::AlreadyExistsError("-BUSYGROUP Consumer Group name already exists");
  }
  if (!absl::IsNotFound(committed.status())) return committed.status();
  return committer->Commit({{partition, {.offset = offset}}});
}

absl::StatusOr<std::shared_ptr<Group>> Groups::Find(const Stream& stream,
                                                    const std::string& group) {
  const std::lock_guard lock(mutex_);
  const auto name = std::pair(stream.topic.id(), group);
  if (const auto known = groups_.find(name); known != groups_.end()) return known->second;
  auto committer = Committer(stream, group);
  if (!committer.ok()) return committer.status();
  const rill::TopicPartition partition{stream.topic.name(), 0};
  const auto committed = committer->Committed(partition);
  if (!committed.ok()) return committed.status();
  // A power cut may take records that nobody flushed, and leave the commit behind them.
  const std::int64_t begin = std::min(committed->offset, stream.log.high_watermark());
  auto found = std::make_shared<Group>(*std::move(committer), partition, begin);
  groups_.emplace(name, found);
  return found;
}
