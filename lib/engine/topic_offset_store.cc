#include "engine/topic_offset_store.h"

#include <fmt/format.h>

#include "engine/topic_name.h"
#include "rill/error.h"
#include "rill/record_batch.h"

namespace rill::engine {

absl::StatusOr<std::shared_ptr<TopicOffsetStore>> TopicOffsetStore::Open(TopicSource topic,
                                                                         Clock* clock,
                                                                         Compression compression) {
  std::shared_ptr<TopicOffsetStore> store(
      new TopicOffsetStore(std::move(topic), clock, compression));
  auto found = store->topic_(false);
  if (!found.ok()) return found.status();
  if (*found == nullptr) return store;
  if (auto status = store->Read(**found); !status.ok()) return status;
  return store;
}

absl::Status TopicOffsetStore::Read(const TopicState& topic) {
  for (std::int32_t i = 0; i < topic.partition_count(); ++i) {
    auto partition = topic.OpenPartition(i);
    if (!partition.ok()) return partition.status();
    log::PartitionLog& log = *(*partition)->log();
    for (std::int64_t offset = log.log_start_offset(); offset < log.high_watermark();) {
      auto records = log.Read(offset, {});
      if (!records.ok()) return records.status();
      for (const Record& record : *records) {
        auto status = Take(record);
        if (status.ok()) continue;
        return MakeError(absl::StatusCode::kDataLoss, GetErrorCode(status),
                         fmt::format("{}-{} offset {}: {}", kOffsetsTopic, i, record.offset(),
                                     std::string(status.message())));
      }
      offset = records->ranges().front().next_offset;
    }
  }
  return absl::OkStatus();
}

absl::Status TopicOffsetStore::Take(const RecordView& record) {
  auto key = DecodeKey(record.key());
  if (!key.ok()) return key.status();
  const bool is_tombstone = IsNull(record.value());
  if (const auto* offset = std::get_if<OffsetCommitKey>(&*key)) {
    const TopicPartition partition{offset->topic, offset->partition};
    if (is_tombstone) {
      memory_.Erase(offset->group, partition);
      return absl::OkStatus();
    }
    auto value = DecodeOffsetCommitValue(record.value());
    if (!value.ok()) return value.status();
    return memory_.Commit(
        offset->group,
        {{partition, {value->offset, value->leader_epoch, std::move(value->metadata)}}});
  }
  if (const auto* group = std::get_if<GroupMetadataKey>(&*key)) {
    if (is_tombstone) {
      groups_read_.erase(group->group);
      return absl::OkStatus();
    }
    auto value = DecodeGroupMetadataValue(record.value());
    if (!value.ok()) return value.status();
    groups_read_[group->group] = *std::move(value);
  }
  return absl::OkStatus();
}

absl::Status TopicOffsetStore::Append(const std::string& group, const std::vector<Entry>& entries) {
  if (entries.empty()) return absl::OkStatus();
  auto topic = topic_(true);
  if (!topic.ok()) return topic.status();
  auto partition = (*topic)->OpenPartition(PartitionForGroup(group, (*topic)->partition_count()));
  if (!partition.ok()) return partition.status();
  BatchBuilder builder({.compression = compression_});
  const std::int64_t now_ms = absl::ToUnixMillis(clock_->Now());
  for (const auto& [key, value] : entries) {
    RecordData record{.key = key, .timestamp_ms = now_ms};
    if (value.has_value()) record.value = *value;
    if (auto status = builder.Append(record); !status.ok()) return status;
  }
  auto batch = builder.Seal();
  if (!batch.ok()) return batch.status();
  return (*partition)->log()->Append(*batch, log::BatchOrigin::kBuiltHere).status();
}

absl::Status TopicOffsetStore::Commit(const std::string& group, const Offsets& offsets) {
  const std::int64_t now_ms = absl::ToUnixMillis(clock_->Now());
  std::vector<Entry> entries;
  for (const auto& [partition, committed] : offsets) {
    OffsetCommitValue value;
    value.offset = committed.offset;
    value.leader_epoch = committed.leader_epoch;
    value.metadata = committed.metadata;
    value.commit_timestamp = now_ms;
    entries.emplace_back(EncodeKey(OffsetCommitKey{group, partition.topic, partition.partition}),
                         EncodeValue(value));
  }
  absl::MutexLock lock(&mutex_);
  if (auto status = Append(group, entries); !status.ok()) return status;
  return memory_.Commit(group, offsets);
}

absl::Status TopicOffsetStore::DeleteGroup(const std::string& group) {
  absl::MutexLock lock(&mutex_);
  auto status = Forget(group, [](const TopicPartition&) { return true; });
  return status.ok() ? memory_.DeleteGroup(group) : status;
}

absl::Status TopicOffsetStore::DeleteTopic(const std::string& topic) {
  absl::MutexLock lock(&mutex_);
  auto groups = memory_.Groups();
  if (!groups.ok()) return groups.status();
  for (const std::string& group : *groups) {
    auto status =
        Forget(group, [&](const TopicPartition& partition) { return partition.topic == topic; });
    if (!status.ok()) return status;
  }
  return memory_.DeleteTopic(topic);
}

absl::Status TopicOffsetStore::Forget(const std::string& group,
                                      const std::function<bool(const TopicPartition&)>& which) {
  auto offsets = memory_.FetchAll(group);
  if (!offsets.ok()) return offsets.status();
  std::vector<Entry> tombstones;
  for (const auto& [partition, committed] : *offsets) {
    if (!which(partition)) continue;
    tombstones.emplace_back(EncodeKey(OffsetCommitKey{group, partition.topic, partition.partition}),
                            std::nullopt);
  }
  return Append(group, tombstones);
}

absl::Status TopicOffsetStore::StoreGroup(const std::string& group,
                                          const GroupMetadataValue& value) {
  absl::MutexLock lock(&mutex_);
  return Append(group, {{EncodeKey(GroupMetadataKey{group}), EncodeValue(value)}});
}

absl::Status TopicOffsetStore::EraseGroup(const std::string& group) {
  absl::MutexLock lock(&mutex_);
  return Append(group, {{EncodeKey(GroupMetadataKey{group}), std::nullopt}});
}

}  // namespace rill::engine
