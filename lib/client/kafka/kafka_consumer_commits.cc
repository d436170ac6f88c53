#include <cstring>
#include <utility>

#include "absl/time/clock.h"
#include "client/kafka/kafka_consumer.h"
#include "client/kafka/status.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

// How long a coordinator may take to tell what is committed.
constexpr int kAskMs = 30'000;

std::string NameOf(const TopicPartition& name) {
  return fmt::format("{}-{}", name.topic, name.partition);
}

// The list frees it.
void SetMetadata(rd_kafka_topic_partition_t& partition, const std::string& metadata) {
  if (metadata.empty()) return;
  partition.metadata = rd_kafka_mem_malloc(nullptr, metadata.size());
  std::memcpy(partition.metadata, metadata.data(), metadata.size());
  partition.metadata_size = metadata.size();
}

}  // namespace

absl::StatusOr<ClusterConsumer::Offsets> KafkaConsumer::FetchCommitted(
    const Partitions& partitions) {
  const KafkaPartitions list = ListOf(partitions);
  auto asked = StatusOf(rd_kafka_committed(client_.get(), list.get(), kAskMs),
                        fmt::format("group \"{}\": offsets cannot be read", options_.group));
  if (!asked.ok()) return asked;
  Offsets committed;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    TopicPartition name = {one.topic, one.partition};
    // Of a partition that is not there nothing is committed.
    if (one.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) continue;
    if (auto told = StatusOf(one.err, NameOf(name)); !told.ok()) return told;
    if (one.offset < 0) continue;
    OffsetAndMetadata& found = committed[std::move(name)];
    found.offset = one.offset;
    if (one.metadata != nullptr) {
      found.metadata.assign(static_cast<const char*>(one.metadata), one.metadata_size);
    }
  }
  return committed;
}

absl::StatusOr<OffsetAndMetadata> KafkaConsumer::Committed(const TopicPartition& partition) {
  if (auto open = CheckOpen(); !open.ok()) return open;
  if (auto has_group = CheckGroup(); !has_group.ok()) return has_group;
  const auto committed = FetchCommitted({partition});
  if (!committed.ok()) return committed.status();
  if (const auto found = committed->find(partition); found != committed->end()) {
    return found->second;
  }
  return absl::NotFoundError(
      fmt::format("group \"{}\" has committed nothing of {}", options_.group, NameOf(partition)));
}

ClusterConsumer::Offsets KafkaConsumer::PositionsToCommit() const {
  Offsets offsets;
  for (const auto& [name, partition] : assigned_) {
    if (partition.position) offsets[name].offset = *partition.position;
  }
  return offsets;
}

absl::Status KafkaConsumer::Commit(std::optional<Offsets> offsets) {
  RunAsyncCommits();
  return Store(offsets ? *offsets : PositionsToCommit());
}

absl::Status KafkaConsumer::Check(const TopicPartition& name, const OffsetAndMetadata& committed) {
  if (committed.offset < 0 || committed.leader_epoch < -1) {
    return absl::InvalidArgumentError(
        fmt::format("offset {} of {} with leader epoch {}: below what there can be",
                    committed.offset, NameOf(name), committed.leader_epoch));
  }
  if (mode_ != Mode::kSubscribed || FindAssigned(name) != nullptr) return absl::OkStatus();
  return MakeError(absl::StatusCode::kAborted, ErrorCode::kIllegalGeneration,
                   fmt::format("{} is not this member's, or not any more: what was read of it is "
                               "left to whoever has it now",
                               NameOf(name)));
}

absl::Status KafkaConsumer::Store(const Offsets& offsets) {
  if (auto open = CheckOpen(); !open.ok()) return open;
  if (auto has_group = CheckGroup(); !has_group.ok()) return has_group;
  if (offsets.empty()) return absl::OkStatus();
  Partitions names;
  for (const auto& [name, committed] : offsets) {
    if (auto sound = Check(name, committed); !sound.ok()) return sound;
    names.push_back(name);
  }
  const KafkaPartitions list = ListOf(names);
  for (int i = 0; i < list->cnt; ++i) {
    const OffsetAndMetadata& committed = offsets.at(names[static_cast<std::size_t>(i)]);
    list->elems[i].offset = committed.offset;
    SetMetadata(list->elems[i], committed.metadata);
  }
  const auto whole = rd_kafka_commit(client_.get(), list.get(), 0);
  for (int i = 0; i < list->cnt; ++i) {
    auto one = StatusOf(list->elems[i].err, NameOf(names[static_cast<std::size_t>(i)]));
    if (!one.ok()) return one;
  }
  auto status = StatusOf(whole, fmt::format("group \"{}\": the commit failed", options_.group));
  if (!status.ok()) return status;
  for (const auto& [name, committed] : offsets) stored_[name] = committed;
  return absl::OkStatus();
}

void KafkaConsumer::CommitAsync(std::optional<Offsets> offsets, Consumer::CommitCallback callback) {
  if (auto open = CheckOpen(); !open.ok()) {
    return async_commits_.Refuse(callback, open);
  }
  async_commits_.Add(offsets ? *std::move(offsets) : PositionsToCommit(), std::move(callback));
}

void KafkaConsumer::RunAsyncCommits() {
  async_commits_.Run([this](const Offsets& offsets) { return Store(offsets); });
}

absl::Status KafkaConsumer::AutoCommit() {
  if (!options_.enable_auto_commit) return absl::OkStatus();
  return Store(ChangedSince(PositionsToCommit(), stored_));
}

void KafkaConsumer::NoteAutoCommit(const absl::Status& status) {
  if (status.ok()) return;
  environment->Say(LogLevel::kWarning, fmt::format("group {}: automatic commit: {}", options_.group,
                                                   status.ToString()));
}

void KafkaConsumer::AutoCommitIfDue() {
  if (!options_.enable_auto_commit) return;
  const absl::Time now = absl::Now();
  // A clock that was set back does not put commits off.
  if (now < next_auto_commit_ && next_auto_commit_ - now <= options_.auto_commit_interval) return;
  const bool first =
      std::exchange(next_auto_commit_, now + options_.auto_commit_interval) == absl::InfinitePast();
  if (!first) NoteAutoCommit(AutoCommit());
}

}  // namespace rill::client
