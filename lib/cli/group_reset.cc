#include "cli/group_reset.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "cli/app_words.h"
#include "cli/group_describe.h"
#include "cli/group_options.h"
#include "cli/group_topics.h"
#include "cli/java_hash_order.h"
#include "cli/java_time.h"
#include "cli/json_lines.h"
#include "cli/reset_plan.h"
#include "client/remote/groups.h"
#include "client/remote/offsets.h"
#include "client/remote/topics.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

constexpr std::uint64_t kMaxPlanSize = std::uint64_t{64} << 20;

using Partitions = std::vector<TopicPartition>;
using Offsets = std::map<TopicPartition, std::int64_t>;

// What a future of Kafka's client fails with is thrown on as it is, where its tool unwraps it.
absl::StatusOr<Offsets> OffsetsAt(remote::AdminClient& client, const Partitions& partitions,
                                  std::int64_t time) {
  const auto listed = remote::ListOffsets(client, partitions, time);
  if (!listed.ok()) return AsRuntime(listed.status());
  Offsets offsets;
  for (const auto& [partition, offset] : *listed) {
    if (!offset.status.ok()) return AsRuntime(offset.status);
    offsets[partition] = offset.offset;
  }
  return offsets;
}

class Resetter {
 public:
  Resetter(const CommandContext& context, const CommandLine& line, remote::AdminClient& client,
           TextWriter& told, TextWriter& err)
      : context_(context), line_(line), client_(client), told_(told), err_(err) {}

  // What was, or would be set; nothing where the group cannot be reset, which is told.
  absl::StatusOr<Offsets> Reset(const std::string& group) {
    const auto described = remote::DescribeGroup(client_, group);
    if (!described.ok() && GetErrorCode(described.status()) != ErrorCode::kGroupIdNotFound) {
      return AsRuntime(described.status());
    }
    if (described.ok() && described->state != "Empty" && described->state != "Dead") {
      told_.Print(
          "\nError: Assignments can only be reset if the group '{}' is inactive, but the current "
          "state is {}.\n",
          group, described->state);
      return Offsets();
    }
    const auto partitions = PartitionsToReset(group);
    if (!partitions.ok()) return partitions.status();
    if (auto valid = CheckPartitions(*partitions); !valid.ok()) return valid;
    auto offsets = Prepare(group, *partitions);
    if (!offsets.ok() || !line_.Has("execute") || offsets->empty()) return offsets;
    auto committed = remote::CommitOffsets(client_, group, *offsets);
    if (!committed.ok()) return committed;
    return offsets;
  }

 private:
  absl::StatusOr<Offsets> Committed(const std::string& group) {
    const auto fetched = remote::FetchOffsets(client_, group);
    if (!fetched.ok()) return AsRuntime(fetched.status());
    Offsets offsets;
    for (const auto& offset : *fetched) offsets[offset.partition] = offset.offset;
    return offsets;
  }

  absl::StatusOr<Partitions> PartitionsToReset(const std::string& group) {
    if (line_.Has("all-topics")) {
      const auto committed = Committed(group);
      if (!committed.ok()) return committed.status();
      Partitions partitions;
      for (const auto& [partition, offset] : *committed) partitions.push_back(partition);
      return partitions;
    }
    if (!line_.Has("topic")) {
      if (line_.Has("from-file")) return Partitions();
      return absl::InvalidArgumentError(
          "One of the reset scopes should be defined: --all-topics, --topic.");
    }
    auto topics = ParseGroupTopics(line_.Values("topic"));
    if (!topics.ok()) return topics.status();
    const auto described = remote::DescribeTopics(client_, topics->whole);
    if (!described.ok()) return described.status();
    for (const auto& topic : *described) {
      for (const auto& partition : topic.partitions) {
        topics->partitions.push_back({topic.name, partition.index});
      }
    }
    return std::move(topics->partitions);
  }

  // All are there, and have a leader.
  absl::Status CheckPartitions(const Partitions& partitions) {
    std::set<std::string> names;
    for (const TopicPartition& one : partitions) names.insert(one.topic);
    const auto topics = remote::DescribeTopics(client_, {names.begin(), names.end()});
    if (!topics.ok()) return AsRuntime(topics.status());
    std::map<TopicPartition, std::int32_t> leaders;
    for (const auto& topic : *topics) {
      for (const auto& one : topic.partitions) leaders[{topic.name, one.index}] = one.leader;
    }
    std::vector<std::string> missing;
    std::vector<std::string> without_leader;
    for (const TopicPartition& one : partitions) {
      const auto leader = leaders.find(one);
      if (leader == leaders.end()) {
        missing.push_back(NameOf(one));
      } else if (leader->second < 0) {
        without_leader.push_back(NameOf(one));
      }
    }
    if (!missing.empty()) {
      return absl::NotFoundError(
          fmt::format("The partitions \"{}\" do not exist", fmt::join(missing, ",")));
    }
    if (without_leader.empty()) return absl::OkStatus();
    return absl::UnavailableError(
        fmt::format("The partitions \"{}\" have no leader", fmt::join(without_leader, ",")));
  }

  absl::StatusOr<Offsets> Prepare(const std::string& group, const Partitions& partitions) {
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

  absl::StatusOr<Offsets> ToOffset(const Partitions& partitions) {
    const auto offset = LongOf(line_, "to-offset");
    if (!offset.ok()) return offset.status();
    Offsets wanted;
    for (const TopicPartition& one : partitions) wanted[one] = *offset;
    return InRange(wanted);
  }

  absl::StatusOr<Offsets> ShiftBy(const std::string& group, const Partitions& partitions) {
    const auto distance = LongOf(line_, "shift-by");
    if (!distance.ok()) return distance.status();
    const auto committed = Committed(group);
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

  // Offsets that a partition does not have become where it begins, or ends.
  absl::StatusOr<Offsets> InRange(const Offsets& wanted) {
    Partitions partitions;
    for (const auto& [partition, offset] : wanted) partitions.push_back(partition);
    const auto starts = OffsetsAt(client_, partitions, remote::kEarliestTime);
    if (!starts.ok()) return starts.status();
    const auto ends = OffsetsAt(client_, partitions, remote::kLatestTime);
    if (!ends.ok()) return ends.status();
    Offsets offsets;
    for (const auto& [partition, offset] : wanted) {
      const std::int64_t start = starts->at(partition);
      const std::int64_t end = ends->at(partition);
      offsets[partition] = std::clamp(offset, std::min(start, end), end);
      if (offsets[partition] == offset) continue;
      err_.Print(
          "WARN New offset ({}) is {} offset for topic partition {}. Value will be set to {}\n",
          offset, offset > end ? "higher than latest" : "lower than earliest", NameOf(partition),
          offsets[partition]);
    }
    return offsets;
  }

  absl::StatusOr<Offsets> ToDateTime(const Partitions& partitions) {
    const auto text = line_.Value("to-datetime", "");
    if (!text.ok()) return text.status();
    const auto time = ParseJavaDateTime(*text);
    if (!time.ok()) {
      return absl::FailedPreconditionError("java.text.ParseException: " +
                                           std::string(time.status().message()));
    }
    return AtTime(partitions, *time);
  }

  absl::StatusOr<Offsets> ByDuration(const Partitions& partitions) {
    const auto text = line_.Value("by-duration", "");
    if (!text.ok()) return text.status();
    const auto duration = ParseJavaDuration(*text);
    if (!duration.ok()) {
      return absl::FailedPreconditionError(std::string(duration.status().message()));
    }
    return AtTime(partitions, absl::Now() - *duration);
  }

  absl::StatusOr<Offsets> AtTime(const Partitions& partitions, absl::Time time) {
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

  absl::StatusOr<Offsets> FromFile(const std::string& group) {
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
    told_.Print("\nError: No reset plan for group {} found\n", group);
    return Offsets();
  }

  absl::StatusOr<Offsets> ToCurrent(const std::string& group, const Partitions& partitions) {
    const auto committed = Committed(group);
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

  const CommandContext& context_;
  const CommandLine& line_;
  remote::AdminClient& client_;
  TextWriter& told_;
  TextWriter& err_;
};

using GroupOffsets = std::pair<std::string, std::vector<std::pair<TopicPartition, std::int64_t>>>;

// In the order in which Kafka's tool has them, that of its hash maps.
std::vector<GroupOffsets> InKafkasOrder(const std::map<std::string, Offsets>& groups) {
  std::vector<GroupOffsets> ordered;
  ordered.reserve(groups.size());
  for (const auto& [group, offsets] : groups) {
    ordered.emplace_back(
        group, InJavaHashOrder(std::vector<std::pair<TopicPartition, std::int64_t>>(offsets.begin(),
                                                                                    offsets.end()),
                               kJavaMapCapacity, [](const auto& one) { return one.first; }));
  }
  return InJavaHashOrder(std::move(ordered), kJavaMapCapacity,
                         [](const GroupOffsets& one) { return std::string_view(one.first); });
}

void PrintJsonRows(const std::vector<GroupOffsets>& groups, TextWriter& out) {
  for (const auto& [group, offsets] : groups) {
    for (const auto& [partition, offset] : offsets) {
      PrintJson({{"group", group},
                 {"topic", partition.topic},
                 {"partition", partition.partition},
                 {"newOffset", offset}},
                out);
    }
  }
}

void PrintTable(const std::vector<GroupOffsets>& groups, TextWriter& out) {
  constexpr std::size_t kColumn = 15;
  std::size_t group_width = kColumn;
  std::size_t topic_width = kColumn;
  for (const auto& [group, offsets] : groups) {
    group_width = std::max(group_width, group.size());
    for (const auto& [partition, offset] : offsets) {
      topic_width = std::max(topic_width, partition.topic.size());
    }
  }
  const auto print = [&](std::string_view group, std::string_view topic, const std::string& index,
                         const std::string& offset) {
    out.Print("\n{:<{}} {:<{}} {:<10} {}", group, group_width, topic, topic_width, index, offset);
  };
  if (!groups.empty()) print("GROUP", "TOPIC", "PARTITION", "NEW-OFFSET");
  for (const auto& [group, offsets] : groups) {
    for (const auto& [partition, offset] : offsets) {
      print(group, partition.topic, fmt::format("{}", partition.partition),
            fmt::format("{}", offset));
    }
  }
  out.Print("\n");
}

}  // namespace

absl::Status ResetOffsets(const CommandContext& context, const CommandLine& line,
                          const std::vector<std::string>& groups, remote::AdminClient& client,
                          TextWriter& out, TextWriter& err) {
  Resetter resetter(context, line, client, Told(line, out, err), err);
  std::map<std::string, Offsets> reset;
  for (const std::string& group : groups) {
    auto offsets = resetter.Reset(group);
    if (!offsets.ok()) return offsets.status();
    reset[group] = *std::move(offsets);
  }
  const std::vector<GroupOffsets> ordered = InKafkasOrder(reset);
  if (line.Has("json")) {
    PrintJsonRows(ordered, out);
    return absl::OkStatus();
  }
  if (!line.Has("export")) {
    PrintTable(ordered, out);
    return absl::OkStatus();
  }
  const bool is_of_one = line.Values("group").size() == 1;
  for (const auto& [group, offsets] : ordered) {
    for (const auto& [partition, offset] : offsets) {
      out.Print("{}", ResetLine(is_of_one ? nullptr : &group, partition, offset));
    }
  }
  out.Print("\n");
  return absl::OkStatus();
}

}  // namespace rill::cli
