#include "cli/reset_target.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "cli/app_words.h"
#include "cli/group_describe.h"
#include "cli/group_options.h"
#include "cli/group_topics.h"
#include "cli/java_hash_order.h"
#include "cli/java_time.h"
#include "cli/reset_scope.h"
#include "client/remote/offsets.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

constexpr std::uint64_t kMaxPlanSize = std::uint64_t{64} << 20;

// What a future of Kafka's client fails with is thrown on as it is, where its tool unwraps it.
absl::StatusOr<PartitionOffsets> OffsetsAt(remote::AdminClient& client,
                                           const std::vector<TopicPartition>& partitions,
                                           std::int64_t time) {
  const auto listed = remote::ListOffsets(client, partitions, time);
  if (!listed.ok()) return AsRuntime(listed.status());
  PartitionOffsets offsets;
  for (const auto& [partition, offset] : *listed) {
    if (!offset.status.ok()) return AsRuntime(offset.status);
    offsets[partition] = offset.offset;
  }
  return offsets;
}

}  // namespace

absl::StatusOr<PartitionOffsets> ResetTarget::Find(const std::string& group,
                                                   const Partitions& partitions) const {
  if (line_.Has("to-offset")) return ToOffset(partitions);
  if (line_.Has("to-earliest")) return OffsetsAt(client_, partitions, remote::kEarliestTime);
  if (line_.Has("to-latest")) return OffsetsAt(client_, partitions, remote::kLatestTime);
  if (line_.Has("shift-by")) return ShiftBy(group, partitions);
  if (line_.Has("to-datetime")) return ToDateTime(partitions);
  if (line_.Has("by-duration")) return ByDuration(partitions);
  if (line_.Has("from-file")) return FromFile(group);
  if (line_.Has("to-current")) return ToCurrent(group, partitions);
  return absl::InvalidArgumentError(
      "Option '[reset-offsets]' requires one of the following scenarios: [[to-offset], "
      "[shift-by], [to-datetime], [by-duration], [to-earliest], [to-latest], [to-current], "
      "[from-file]]");
}

absl::StatusOr<PartitionOffsets> ResetTarget::ToOffset(const Partitions& partitions) const {
  const auto offset = LongOf(line_, "to-offset");
  if (!offset.ok()) return offset.status();
  Offsets wanted;
  for (const TopicPartition& one : partitions) wanted[one] = *offset;
  return InRange(wanted);
}

absl::StatusOr<PartitionOffsets> ResetTarget::ShiftBy(const std::string& group,
                                                      const Partitions& partitions) const {
  const auto distance = LongOf(line_, "shift-by");
  if (!distance.ok()) return distance.status();
  const auto committed = CommittedBy(group, client_);
  if (!committed.ok()) return committed.status();
  Offsets wanted;
  for (const TopicPartition& one : partitions) {
    const auto offset = committed->find(one);
    if (offset == committed->end()) {
      return absl::InvalidArgumentError(fmt::format(
          "Cannot shift offset for partition {} since there is no current committed offset",
          NameOf(one)));
    }
    // As Java adds, which wraps around.
    wanted[one] = static_cast<std::int64_t>(static_cast<std::uint64_t>(offset->second) +
                                            static_cast<std::uint64_t>(*distance));
  }
  return InRange(wanted);
}

absl::StatusOr<PartitionOffsets> ResetTarget::InRange(const Offsets& wanted) const {
  Partitions partitions;
  for (const auto& [partition, offset] : wanted) partitions.push_back(partition);
  const auto starts = OffsetsAt(client_, partitions, remote::kEarliestTime);
  if (!starts.ok()) return starts.status();
  const auto ends = OffsetsAt(client_, partitions, remote::kLatestTime);
  if (!ends.ok()) return ends.status();
  Offsets offsets;
  const std::vector<std::pair<TopicPartition, std::int64_t>> all(wanted.begin(), wanted.end());
  for (const auto& [partition, offset] :
       InJavaHashOrder(all, kJavaMapCapacity, [](const auto& one) { return one.first; })) {
    const std::int64_t start = starts->at(partition);
    const std::int64_t end = ends->at(partition);
    offsets[partition] = std::clamp(offset, std::min(start, end), end);
    if (offsets[partition] == offset) continue;
    err_.Print(
        "WARN New offset ({}) is {} offset for topic partition {}. Value will be set to {}.\n",
        offset, offset > end ? "higher than latest" : "lower than earliest", NameOf(partition),
        offsets[partition]);
  }
  return offsets;
}

absl::StatusOr<PartitionOffsets> ResetTarget::ToDateTime(const Partitions& partitions) const {
  const auto text = line_.Value("to-datetime", "");
  if (!text.ok()) return text.status();
  const auto time = ParseJavaDateTime(*text);
  if (!time.ok()) {
    return absl::FailedPreconditionError("java.text.ParseException: " +
                                         std::string(time.status().message()));
  }
  return AtTime(partitions, *time);
}

absl::StatusOr<PartitionOffsets> ResetTarget::ByDuration(const Partitions& partitions) const {
  const auto text = line_.Value("by-duration", "");
  if (!text.ok()) return text.status();
  const auto duration = ParseJavaDuration(*text);
  if (!duration.ok()) {
    return absl::FailedPreconditionError(std::string(duration.status().message()));
  }
  return AtTime(partitions, absl::Now() - *duration);
}

absl::StatusOr<PartitionOffsets> ResetTarget::AtTime(const Partitions& partitions,
                                                     absl::Time time) const {
  auto offsets = OffsetsAt(client_, partitions, absl::ToUnixMillis(time));
  if (!offsets.ok()) return offsets;
  Partitions behind;
  for (const auto& [partition, offset] : *offsets) {
    if (offset == -1) behind.push_back(partition);
  }
  for (const TopicPartition& one : behind) {
    told_.Print(
        "\nWarn: Partition {} from topic {} is empty. Falling back to latest known offset.\n",
        one.partition, one.topic);
  }
  const auto ends = OffsetsAt(client_, behind, remote::kLatestTime);
  if (!ends.ok()) return ends.status();
  for (const auto& [partition, end] : *ends) (*offsets)[partition] = end;
  return offsets;
}

absl::StatusOr<PartitionOffsets> ResetTarget::FromFile(const std::string& group) const {
  const auto name = line_.Value("from-file", "");
  if (!name.ok()) return name.status();
  const auto text = ReadNamedFile(context_, *name, kMaxPlanSize);
  if (!text.ok()) return text.status();
  const auto plan = ReadResetPlan(*text, line_.Values("group"));
  if (!plan.ok()) {
    return absl::FailedPreconditionError(
        fmt::format("{}: {}", *name, std::string(plan.status().message())));
  }
  const auto of_group = plan->find(group);
  if (of_group != plan->end()) return InRange(of_group->second);
  told_.Print("\nError: No reset plan for group {} found.\n", group);
  return Offsets();
}

absl::StatusOr<PartitionOffsets> ResetTarget::ToCurrent(const std::string& group,
                                                        const Partitions& partitions) const {
  const auto committed = CommittedBy(group, client_);
  if (!committed.ok()) return committed.status();
  Partitions without;
  Offsets offsets;
  for (const TopicPartition& one : partitions) {
    const auto offset = committed->find(one);
    if (offset == committed->end()) {
      without.push_back(one);
    } else {
      offsets[one] = offset->second;
    }
  }
  auto ends = OffsetsAt(client_, without, remote::kLatestTime);
  if (!ends.ok()) return ends;
  offsets.insert(ends->begin(), ends->end());
  return offsets;
}

}  // namespace rill::cli
