#include <algorithm>
#include <utility>

#include "client/kafka/kafka_consumer.h"
#include "client/kafka/status.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

// How long brokers may take to tell offsets, and librdkafka to seek.
constexpr int kAskMs = 30'000;
constexpr int kSeekMs = 5'000;
// So often in a row may librdkafka say that it is not fetching a partition yet; then it is told
// anew to fetch it.
constexpr int kMostRefusals = 100;
// Times that stand for places, in requests for offsets by time.
constexpr std::int64_t kEnd = RD_KAFKA_OFFSET_END;
constexpr std::int64_t kBeginning = RD_KAFKA_OFFSET_BEGINNING;

std::string NameOf(const TopicPartition& name) {
  return fmt::format("{}-{}", name.topic, name.partition);
}

}  // namespace

KafkaConsumer::Assigned* KafkaConsumer::FindAssigned(const TopicPartition& name) {
  const auto found = assigned_.find(name);
  return found == assigned_.end() ? nullptr : &found->second;
}

// All that are assigned when `names` is empty.
absl::StatusOr<std::vector<KafkaConsumer::Assigned*>> KafkaConsumer::FindAll(
    const Partitions& names) {
  if (auto open = CheckOpen(); !open.ok()) return open;
  std::vector<Assigned*> found;
  for (const TopicPartition& name : names) {
    Assigned* const partition = FindAssigned(name);
    if (partition == nullptr) {
      return absl::FailedPreconditionError(NameOf(name) + " is not assigned to this consumer");
    }
    found.push_back(partition);
  }
  if (!names.empty()) return found;
  for (auto& [name, partition] : assigned_) found.push_back(&partition);
  return found;
}

KafkaPartitions KafkaConsumer::ListOf(const Partitions& partitions) const {
  KafkaPartitions list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const TopicPartition& name : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), name.topic.c_str(), name.partition);
  }
  return list;
}

// Where there is no position, librdkafka decides.
KafkaPartitions KafkaConsumer::ListOfPositions(const Partitions& partitions) const {
  KafkaPartitions list = ListOf(partitions);
  for (int i = 0; i < list->cnt; ++i) {
    const auto found = assigned_.find(partitions[static_cast<std::size_t>(i)]);
    if (found == assigned_.end()) continue;
    list->elems[i].offset = found->second.position.value_or(RD_KAFKA_OFFSET_INVALID);
  }
  return list;
}

absl::StatusOr<std::map<TopicPartition, std::int64_t>> KafkaConsumer::OffsetsAt(
    const Partitions& partitions, std::int64_t time_ms) {
  std::map<TopicPartition, std::int64_t> offsets;
  if (partitions.empty()) return offsets;
  const KafkaPartitions list = ListOf(partitions);
  for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = time_ms;
  auto asked = StatusOf(rd_kafka_offsets_for_times(client_.get(), list.get(), kAskMs),
                        "offsets cannot be asked for");
  if (!asked.ok()) return asked;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    TopicPartition name = {one.topic, one.partition};
    if (auto told = StatusOf(one.err, NameOf(name)); !told.ok()) return told;
    offsets[std::move(name)] = one.offset;
  }
  return offsets;
}

void KafkaConsumer::MoveTo(Assigned& partition, std::int64_t offset) {
  partition.position = offset;
  partition.must_seek = true;
  partition.trouble = absl::OkStatus();
  gathered_.erase(*partition.name);
}

absl::Status KafkaConsumer::Seek(const Partitions& names, const SeekTarget& target) {
  using Kind = SeekTarget::Kind;
  if (target.kind == Kind::kOffset && target.offset < 0) {
    return absl::InvalidArgumentError(
        fmt::format("{}: offset {} is negative", NameOf(names.front()), target.offset));
  }
  const auto partitions = FindAll(names);
  if (!partitions.ok()) return partitions.status();
  if (partitions->empty()) {
    return absl::FailedPreconditionError(
        "no partition is assigned yet; seek in on_assigned, or after a Poll");
  }
  Partitions all;
  for (const Assigned* partition : *partitions) all.push_back(*partition->name);
  std::map<TopicPartition, std::int64_t> offsets;
  if (target.kind == Kind::kOffset) {
    for (const TopicPartition& name : all) offsets[name] = target.offset;
  } else {
    // The end before the search by time: what is appended meanwhile is not passed over.
    auto asked = OffsetsAt(all, target.kind == Kind::kBeginning ? kBeginning : kEnd);
    if (!asked.ok()) return asked.status();
    offsets = *std::move(asked);
  }
  if (target.kind == Kind::kTime) {
    // A time before 1970 would stand for a place.
    const auto found = OffsetsAt(all, std::max<std::int64_t>(0, absl::ToUnixMillis(target.time)));
    if (!found.ok()) return found.status();
    for (const auto& [name, offset] : *found) {
      if (offset >= 0) offsets[name] = offset;
    }
  }
  for (Assigned* partition : *partitions) MoveTo(*partition, offsets.at(*partition->name));
  return absl::OkStatus();
}

absl::Status KafkaConsumer::DecidePositions(const Partitions& partitions) {
  Partitions undecided;
  for (const TopicPartition& name : partitions) {
    const Assigned* const partition = FindAssigned(name);
    if (partition != nullptr && !partition->position) undecided.push_back(name);
  }
  if (undecided.empty()) return absl::OkStatus();
  Offsets committed;
  if (!options_.group.empty()) {
    auto fetched = FetchCommitted(undecided);
    if (!fetched.ok()) return fetched.status();
    committed = *std::move(fetched);
  }
  Partitions uncommitted;
  for (const TopicPartition& name : undecided) {
    if (const auto found = committed.find(name); found != committed.end()) {
      MoveTo(*FindAssigned(name), found->second.offset);
    } else if (options_.reset != OffsetReset::kNone) {
      uncommitted.push_back(name);
    } else {
      FindAssigned(name)->trouble =
          MakeError(absl::StatusCode::kOutOfRange, ErrorCode::kOffsetOutOfRange,
                    fmt::format("{}: no offset is committed, and kNoReset: seek", NameOf(name)));
    }
  }
  const auto offsets =
      OffsetsAt(uncommitted, options_.reset == OffsetReset::kEarliest ? kBeginning : kEnd);
  if (!offsets.ok()) return offsets.status();
  for (const auto& [name, offset] : *offsets) MoveTo(*FindAssigned(name), offset);
  return absl::OkStatus();
}

absl::Status KafkaConsumer::ApplySeeks() {
  Partitions moved;
  for (const auto& [name, partition] : assigned_) {
    if (partition.must_seek && partition.position) moved.push_back(name);
  }
  if (moved.empty()) return absl::OkStatus();
  const KafkaPartitions list = ListOfPositions(moved);
  auto asked =
      StatusOf(rd_kafka_seek_partitions(client_.get(), list.get(), kSeekMs), "cannot seek");
  if (!asked.ok()) return asked;
  Partitions refused;
  for (std::size_t i = 0; i < moved.size(); ++i) {
    Assigned& partition = *FindAssigned(moved[i]);
    if (list->elems[i].err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      partition.must_seek = false;
      partition.seeks_refused = 0;
    } else if (++partition.seeks_refused > kMostRefusals) {
      refused.push_back(moved[i]);
    }
  }
  if (refused.empty()) return absl::OkStatus();
  if (!IsCooperative()) refused = assignment();
  if (IsCooperative()) StopFetching(refused);
  Fetch(refused);
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> KafkaConsumer::Position(const TopicPartition& name) {
  const auto partition = FindAll({name});
  if (!partition.ok()) return partition.status();
  const auto decided = DecidePositions({name});
  const Assigned& assigned = *partition->front();
  if (assigned.position) return *assigned.position;
  return decided.ok() ? assigned.trouble : decided;
}

absl::StatusOr<std::int64_t> KafkaConsumer::Lag(const TopicPartition& name) {
  const auto position = Position(name);
  if (!position.ok()) return position.status();
  std::int64_t begin = 0;
  std::int64_t end = 0;
  auto asked = StatusOf(rd_kafka_query_watermark_offsets(client_.get(), name.topic.c_str(),
                                                         name.partition, &begin, &end, kAskMs),
                        NameOf(name));
  if (!asked.ok()) return asked;
  return std::max<std::int64_t>(0, end - std::max(*position, begin));
}

absl::Status KafkaConsumer::SetPaused(const Partitions& names, bool paused) {
  if (names.empty()) return CheckOpen();
  const auto partitions = FindAll(names);
  if (!partitions.ok()) return partitions.status();
  for (Assigned* partition : *partitions) {
    const bool was_paused = std::exchange(partition->is_paused, paused);
    // Where librdkafka would go on is where it was paused, whatever was sought since.
    if (was_paused && !paused && partition->position) partition->must_seek = true;
  }
  const KafkaPartitions list = ListOf(names);
  return StatusOf(paused ? rd_kafka_pause_partitions(client_.get(), list.get())
                         : rd_kafka_resume_partitions(client_.get(), list.get()),
                  paused ? "cannot pause" : "cannot resume");
}

ClusterConsumer::Partitions KafkaConsumer::paused() const {
  Partitions names;
  for (const auto& [name, partition] : assigned_) {
    if (partition.is_paused) names.push_back(name);
  }
  return names;
}

}  // namespace rill::client
