#include <algorithm>
#include <utility>

#include "client/consumer_impl.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {

absl::StatusOr<AssignedPartition*> ConsumerImpl::FindAssigned(const TopicPartition& name) {
  if (auto status = CheckOpen(); !status.ok()) return status;
  if (AssignedPartition* const partition = assigned_.Find(name); partition != nullptr) {
    return partition;
  }
  return absl::FailedPreconditionError(
      fmt::format("{}-{} is not assigned to this consumer", name.topic, name.partition));
}

// All that are assigned when `names` is empty.
absl::StatusOr<std::vector<AssignedPartition*>> ConsumerImpl::FindAll(const Partitions& names) {
  std::vector<AssignedPartition*> found;
  for (const TopicPartition& name : names) {
    auto partition = FindAssigned(name);
    if (!partition.ok()) return partition.status();
    found.push_back(*partition);
  }
  if (!names.empty()) return found;
  if (auto status = CheckOpen(); !status.ok()) return status;
  for (AssignedPartition& partition : assigned_.all()) found.push_back(&partition);
  return found;
}

absl::Status ConsumerImpl::Seek(const TopicPartition& name, std::int64_t offset) {
  if (offset < 0) {
    return absl::InvalidArgumentError(
        fmt::format("{}-{}: offset {} is negative", name.topic, name.partition, offset));
  }
  return SeekAll({name}, [offset](const AssignedPartition&) { return offset; });
}

absl::Status ConsumerImpl::SeekAll(const Partitions& names, const Finder& find) {
  auto partitions = FindAll(names);
  if (!partitions.ok()) return partitions.status();
  if (partitions->empty()) {
    return absl::FailedPreconditionError(
        "no partition is assigned yet; seek in on_assigned, or after a Poll");
  }
  std::vector<std::int64_t> offsets;
  for (const AssignedPartition* partition : *partitions) {
    auto offset = find(*partition);
    if (!offset.ok()) return offset.status();
    offsets.push_back(*offset);
  }
  for (std::size_t i = 0; i < offsets.size(); ++i) (*partitions)[i]->position = offsets[i];
  return absl::OkStatus();
}

absl::Status ConsumerImpl::DecidePositions() {
  Partitions undecided;
  for (const AssignedPartition& partition : assigned_.all()) {
    if (!partition.position.has_value()) undecided.push_back(partition.name);
  }
  if (undecided.empty()) return absl::OkStatus();
  Offsets committed;
  if (!options_.group.empty()) {
    auto fetched = engine_->groups()->Fetch(options_.group, undecided);
    if (!fetched.ok()) return fetched.status();
    committed = *std::move(fetched);
  }
  absl::Status first_failure;
  for (const TopicPartition& name : undecided) {
    AssignedPartition& partition = *assigned_.Find(name);
    if (const auto found = committed.find(name); found != committed.end()) {
      partition.position = found->second.offset;
    } else {
      first_failure.Update(AssignedPartitions::Reset(partition, options_.reset));
    }
  }
  return first_failure;
}

absl::StatusOr<std::int64_t> ConsumerImpl::Position(const TopicPartition& name) {
  auto partition = FindAssigned(name);
  if (!partition.ok()) return partition.status();
  auto status = DecidePositions();
  if ((*partition)->position.has_value()) return *(*partition)->position;
  return status;
}

absl::StatusOr<std::int64_t> ConsumerImpl::Lag(const TopicPartition& name) {
  auto position = Position(name);
  if (!position.ok()) return position.status();
  const AssignedPartition& partition = *assigned_.Find(name);
  const std::int64_t begin = std::max(*position, partition.log->log_start_offset());
  return std::max<std::int64_t>(0, partition.log->high_watermark() - begin);
}

absl::Status ConsumerImpl::SetPaused(const Partitions& names, bool paused) {
  if (names.empty()) return CheckOpen();
  auto partitions = FindAll(names);
  if (!partitions.ok()) return partitions.status();
  for (AssignedPartition* partition : *partitions) partition->is_paused = paused;
  return absl::OkStatus();
}

ConsumerImpl::Partitions ConsumerImpl::paused() const {
  Partitions names;
  for (const AssignedPartition& partition : assigned_.all()) {
    if (partition.is_paused) names.push_back(partition.name);
  }
  return names;
}

}  // namespace rill::client
