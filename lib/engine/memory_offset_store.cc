#include "engine/memory_offset_store.h"

#include <memory>
#include <utility>

namespace rill::engine {

absl::Status MemoryOffsetStore::Commit(const std::string& group, const Offsets& offsets) {
  CommitAt(group, offsets, {});
  return absl::OkStatus();
}

void MemoryOffsetStore::CommitAt(const std::string& group, const Offsets& offsets,
                                 const OffsetTimes& times) {
  absl::MutexLock lock(&mutex_);
  for (const auto& [partition, committed] : offsets) {
    groups_[group][partition] = {committed, times};
  }
}

TimesOfOffsets MemoryOffsetStore::TimesOf(const std::string& group) {
  absl::MutexLock lock(&mutex_);
  TimesOfOffsets times;
  const auto stored = groups_.find(group);
  if (stored == groups_.end()) return times;
  for (const auto& [partition, offset] : stored->second) times.emplace(partition, offset.times);
  return times;
}

absl::StatusOr<MemoryOffsetStore::Offsets> MemoryOffsetStore::Fetch(
    const std::string& group, const std::vector<TopicPartition>& partitions) {
  absl::MutexLock lock(&mutex_);
  Offsets found;
  const auto stored = groups_.find(group);
  if (stored == groups_.end()) return found;
  for (const TopicPartition& partition : partitions) {
    const auto offset = stored->second.find(partition);
    if (offset != stored->second.end()) found.emplace(partition, offset->second.committed);
  }
  return found;
}

absl::StatusOr<MemoryOffsetStore::Offsets> MemoryOffsetStore::FetchAll(const std::string& group) {
  absl::MutexLock lock(&mutex_);
  Offsets found;
  const auto stored = groups_.find(group);
  if (stored == groups_.end()) return found;
  for (const auto& [partition, offset] : stored->second) found.emplace(partition, offset.committed);
  return found;
}

absl::StatusOr<std::vector<std::string>> MemoryOffsetStore::Groups() {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> names;
  for (const auto& [group, offsets] : groups_) names.push_back(group);
  return names;
}

absl::Status MemoryOffsetStore::DeleteGroup(const std::string& group) {
  absl::MutexLock lock(&mutex_);
  groups_.erase(group);
  return absl::OkStatus();
}

absl::Status MemoryOffsetStore::DeleteTopic(const std::string& topic) {
  absl::MutexLock lock(&mutex_);
  for (auto& [group, offsets] : groups_) {
    std::erase_if(offsets, [&](const auto& entry) { return entry.first.topic == topic; });
  }
  std::erase_if(groups_, [](const auto& entry) { return entry.second.empty(); });
  return absl::OkStatus();
}

void MemoryOffsetStore::Erase(const std::string& group, const TopicPartition& partition) {
  absl::MutexLock lock(&mutex_);
  const auto stored = groups_.find(group);
  if (stored == groups_.end()) return;
  stored->second.erase(partition);
  if (stored->second.empty()) groups_.erase(stored);
}

}  // namespace rill::engine

namespace rill {

std::shared_ptr<OffsetStore> NewMemoryOffsetStore() {
  return std::make_shared<engine::MemoryOffsetStore>();
}

}  // namespace rill
