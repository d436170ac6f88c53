#include "engine/topic_offset_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/kafka_bytes.h"
#include "engine/topic_name.h"
#include "rill/error.h"
#include "rill/record_batch.h"

namespace rill::engine {
namespace {

// A longer one would be written with a wrong length, and no engine could read the topic again.
absl::Status CheckLength(std::string_view what, std::string_view text, ErrorCode code) {
  if (text.size() <= base::KafkaWriter::kMaxString) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, code,
                   fmt::format("a {} of {} bytes cannot be stored; at most {}", what, text.size(),
                               base::KafkaWriter::kMaxString));
}

absl::Status CheckGroup(const std::string& group) {
  return CheckLength("group id", group, ErrorCode::kInvalidGroupId);
}

absl::Status CheckLengths(const TopicOffsetStore::Offsets& offsets) {
  absl::Status first;
  for (const auto& [partition, committed] : offsets) {
    first.Update(CheckLength("topic name", partition.topic, ErrorCode::kInvalidTopic));
    first.Update(
        CheckLength("commit's metadata", committed.metadata, ErrorCode::kOffsetMetadataTooLarge));
  }
  return first;
}

absl::Status CheckLengths(const GroupMetadataValue& value) {
  absl::Status first;
  const auto check = [&](std::string_view what, std::string_view text) {
    first.Update(CheckLength(what, text, ErrorCode::kInvalidRequest));
  };
  check("protocol type", value.protocol_type);
  check("protocol name", value.protocol.value_or(""));
  for (const GroupMetadataMember& member : value.members) {
    check("member id", member.member_id);
    check("group instance id", member.group_instance_id.value_or(""));
    check("client id", member.client_id);
    check("client host", member.client_host);
  }
  check("member id", value.leader.value_or(""));
  return first;
}

// A client that asks for more than the clock has is kept for ever.
OffsetTimes TimesOfCommit(absl::Time now, std::optional<absl::Duration> retention) {
  OffsetTimes times{.commit_ms = absl::ToUnixMillis(now)};
  if (retention) times.expire_ms = absl::ToUnixMillis(now + *retention);
  return times;
}

// A commit is one batch, so that it is stored as a whole or not at all.
absl::Status ExplainSize(const absl::Status& refused, const std::string& group,
                         std::size_t offsets) {
  const ErrorCode code = GetErrorCode(refused);
  if (code != ErrorCode::kMessageTooLarge && code != ErrorCode::kRecordListTooLarge) return refused;
  return MakeError(refused.code(), code,
                   fmt::format("the {} offsets that group \"{}\" commits at once do not fit into "
                               "one batch, commit fewer at a time: {}",
                               offsets, group, std::string(refused.message())));
}

}  // namespace

absl::StatusOr<std::shared_ptr<TopicOffsetStore>> TopicOffsetStore::Open(TopicSource topic,
                                                                         PartitionCheck exists,
                                                                         Clock* clock,
                                                                         Compression compression) {
  std::shared_ptr<TopicOffsetStore> store(
      new TopicOffsetStore(std::move(topic), std::move(exists), clock, compression));
  auto found = store->topic_(false);
  if (!found.ok()) return found.status();
  if (*found == nullptr) return store;
  if (auto status = store->Read(**found); !status.ok()) return status;
  return store;
}

absl::Status TopicOffsetStore::Read(const TopicState& topic) {
  for (std::int32_t i = 0; i < topic.partition_count(); ++i) {
    // One that was never written has no folder, and gets none here: the disk may be full.
    if (!topic.partition(i)->WasUsed()) continue;
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
    memory_.CommitAt(
        offset->group,
        {{partition, {value->offset, value->leader_epoch, std::move(value->metadata)}}},
        {value->commit_timestamp, value->expire_timestamp});
    return absl::OkStatus();
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
  if (const auto* group = std::get_if<ConsumerGroupRecordKey>(&*key)) {
    const auto value = is_tombstone ? std::nullopt : std::optional(record.value());
    return TakeConsumerGroupRecord(*group, value, consumer_groups_read_);
  }
  return absl::OkStatus();
}

StoredConsumerGroups TopicOffsetStore::TakeConsumerGroupsRead() {
  std::erase_if(consumer_groups_read_,
                [](const auto& entry) { return !entry.second.epoch.has_value(); });
  return std::exchange(consumer_groups_read_, {});
}

absl::Status TopicOffsetStore::Append(const std::string& group, const std::vector<Entry>& entries) {
  if (entries.empty()) return absl::OkStatus();
  if (auto sound = CheckGroup(group); !sound.ok()) return sound;
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

std::size_t TopicOffsetStore::StripeOf(const std::string& group) const {
  return std::hash<std::string>()(group) % stripes_.size();
}

// The topic of a partition that is there now is not deleted before this commit is stored:
// LocalEngine::DeleteTopic takes a topic out of what `exists_` sees first, and then has its offsets
// forgotten under the same lock. So a commit is either refused here or forgotten with the others.
absl::Status TopicOffsetStore::CheckThere(const std::string& group, const Offsets& offsets) const {
  for (const auto& [partition, committed] : offsets) {
    if (exists_(partition)) continue;
    return MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition,
                     fmt::format("group \"{}\" cannot commit an offset of {}-{}: there is no such "
                                 "partition, or not any more",
                                 group, partition.topic, partition.partition));
  }
  return absl::OkStatus();
}

absl::Status TopicOffsetStore::Commit(const std::string& group, const Offsets& offsets) {
  return CommitIf([] { return absl::OkStatus(); }, group, offsets, std::nullopt);
}

absl::Status TopicOffsetStore::CommitIf(const std::function<absl::Status()>& check,
                                        const std::string& group, const Offsets& offsets,
                                        std::optional<absl::Duration> retention) {
  if (auto sound = CheckLengths(offsets); !sound.ok()) return sound;
  const OffsetTimes times = TimesOfCommit(clock_->Now(), retention);
  std::vector<Entry> entries;
  for (const auto& [partition, committed] : offsets) {
    OffsetCommitValue value;
    value.offset = committed.offset;
    value.leader_epoch = committed.leader_epoch;
    value.metadata = committed.metadata;
    value.commit_timestamp = times.commit_ms;
    value.expire_timestamp = times.expire_ms;
    entries.emplace_back(EncodeKey(OffsetCommitKey{group, partition.topic, partition.partition}),
                         EncodeValue(value));
  }
  absl::MutexLock lock(&LockOf(group));
  if (auto allowed = check(); !allowed.ok()) return allowed;
  if (auto there = CheckThere(group, offsets); !there.ok()) return there;
  if (auto status = Append(group, entries); !status.ok()) {
    return ExplainSize(status, group, offsets.size());
  }
  memory_.CommitAt(group, offsets, times);
  return absl::OkStatus();
}

absl::Status TopicOffsetStore::DeleteGroup(const std::string& group) {
  return DeleteGroupIf([] { return absl::OkStatus(); }, group);
}

absl::Status TopicOffsetStore::DeleteGroupIf(const std::function<absl::Status()>& check,
                                             const std::string& group) {
  absl::MutexLock lock(&LockOf(group));
  if (auto allowed = check(); !allowed.ok()) return allowed;
  return Forget(group, [](const TopicPartition&) { return true; });
}

absl::Status TopicOffsetStore::DeleteOffsetsIf(
    const std::function<absl::StatusOr<std::set<TopicPartition>>()>& which,
    const std::string& group) {
  absl::MutexLock lock(&LockOf(group));
  const auto named = which();
  if (!named.ok()) return named.status();
  return Forget(group, [&](const TopicPartition& partition) { return named->contains(partition); });
}

absl::StatusOr<std::size_t> TopicOffsetStore::ExpireOffsets(
    const std::string& group,
    const std::function<std::set<TopicPartition>(const TimesOfOffsets&)>& which,
    const std::function<void()>& none_left) {
  absl::MutexLock lock(&LockOf(group));
  const TimesOfOffsets times = memory_.TimesOf(group);
  const std::set<TopicPartition> expired = which(times);
  const auto is_expired = [&](const TopicPartition& at) { return expired.contains(at); };
  if (auto forgotten = Forget(group, is_expired); !forgotten.ok()) return forgotten;
  if (expired.size() == times.size()) none_left();
  return expired.size();
}

absl::Status TopicOffsetStore::DeleteTopic(const std::string& topic) {
  for (std::size_t stripe = 0; stripe < stripes_.size(); ++stripe) {
    if (auto forgotten = ForgetTopic(topic, stripe); !forgotten.ok()) return forgotten;
  }
  return Flush();
}

// The catalogue forgets the topic for good, so what groups had in it must be gone for good before:
// a power cut would bring it back, to the next topic of that name. Also where nothing was left to
// forget: the process that did it may have died before it flushed.
absl::Status TopicOffsetStore::Flush() {
  auto topic = topic_(false);
  if (!topic.ok()) return topic.status();
  for (std::int32_t i = 0; *topic != nullptr && i < (*topic)->partition_count(); ++i) {
    if (!(*topic)->partition(i)->WasUsed()) continue;
    auto partition = (*topic)->OpenPartition(i);
    if (!partition.ok()) return partition.status();
    if (auto flushed = (*partition)->log()->Flush(); !flushed.ok()) return flushed;
  }
  return absl::OkStatus();
}

// The groups are listed under their lock: one may be committing for the first time.
absl::Status TopicOffsetStore::ForgetTopic(const std::string& topic, std::size_t stripe) {
  absl::MutexLock lock(&stripes_[stripe]);
  auto groups = memory_.Groups();
  if (!groups.ok()) return groups.status();
  for (const std::string& group : *groups) {
    if (StripeOf(group) != stripe) continue;
    auto status =
        Forget(group, [&](const TopicPartition& partition) { return partition.topic == topic; });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::size_t> TopicOffsetStore::BatchLimit() const {
  auto topic = topic_(true);
  if (!topic.ok()) return topic.status();
  const auto config = (*topic)->config();
  return static_cast<std::size_t>(
      std::min<std::int64_t>(config->max_message_bytes, config->segment_bytes));
}

absl::Status TopicOffsetStore::Forget(const std::string& group,
                                      const std::function<bool(const TopicPartition&)>& which) {
  auto offsets = memory_.FetchAll(group);
  if (!offsets.ok()) return offsets.status();
  std::erase_if(*offsets, [&](const auto& entry) { return !which(entry.first); });
  if (offsets->empty()) return absl::OkStatus();
  const auto limit = BatchLimit();
  if (!limit.ok()) return limit.status();
  std::vector<TopicPartition> together;
  std::size_t size = kBatchHeaderSize;
  for (const auto& [partition, committed] : *offsets) {
    const std::string key = EncodeKey(OffsetCommitKey{group, partition.topic, partition.partition});
    const std::size_t more = MaxRecordSize({.key = key});
    if (!together.empty() && size + more > *limit) {
      if (auto status = AppendTombstones(group, together); !status.ok()) return status;
      together.clear();
      size = kBatchHeaderSize;
    }
    together.push_back(partition);
    size += more;
  }
  return AppendTombstones(group, together);
}

absl::Status TopicOffsetStore::AppendTombstones(const std::string& group,
                                                const std::vector<TopicPartition>& partitions) {
  std::vector<Entry> tombstones;
  tombstones.reserve(partitions.size());
  for (const TopicPartition& partition : partitions) {
    tombstones.emplace_back(EncodeKey(OffsetCommitKey{group, partition.topic, partition.partition}),
                            std::nullopt);
  }
  if (auto status = Append(group, tombstones); !status.ok()) return status;
  for (const TopicPartition& partition : partitions) memory_.Erase(group, partition);
  return absl::OkStatus();
}

absl::Status TopicOffsetStore::StoreGroup(const std::string& group,
                                          const GroupMetadataValue& value) {
  if (auto sound = CheckLengths(value); !sound.ok()) return sound;
  return Append(group, {{EncodeKey(GroupMetadataKey{group}), EncodeValue(value)}});
}

absl::Status TopicOffsetStore::EraseGroup(const std::string& group) {
  return Append(group, {{EncodeKey(GroupMetadataKey{group}), std::nullopt}});
}

absl::Status TopicOffsetStore::StoreConsumerGroup(const std::string& group,
                                                  std::span<const ConsumerGroupRecord> records) {
  const auto limit = BatchLimit();
  if (!limit.ok()) return limit.status();
  std::vector<Entry> together;
  std::size_t size = kBatchHeaderSize;
  absl::Status stored;
  const auto append = [&] {
    stored.Update(Append(group, together));
    together.clear();
    size = kBatchHeaderSize;
  };
  for (const ConsumerGroupRecord& record : records) {
    auto sound = CheckLength("member id", record.key.member, ErrorCode::kInvalidRequest);
    if (!sound.ok()) return sound;
    Entry entry{EncodeKey(record.key), record.value};
    RecordData data{.key = entry.first};
    if (entry.second.has_value()) data.value = *entry.second;
    const std::size_t more = MaxRecordSize(data);
    if (!together.empty() && size + more > *limit) append();
    together.push_back(std::move(entry));
    size += more;
  }
  append();
  return stored;
}

}  // namespace rill::engine
