#include "cli/group_delete.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "cli/group_topics.h"
#include "cli/java_hash_order.h"
#include "cli/json_lines.h"
#include "client/remote/error_text.h"
#include "client/remote/groups.h"
#include "client/remote/topics.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

std::string JavaText(const absl::Status& status) {
  if (GetErrorCode(status) == ErrorCode::kUnknownServerError) return std::string(status.message());
  return remote::JavaError(status);
}

Json ErrorOf(const absl::Status& status) {
  return status.ok() ? Json(nullptr) : Json(JavaText(status));
}

// What became of each group.
using Deletions = std::vector<std::pair<std::string, absl::Status>>;

// What became of each partition; -1 for a topic that is missing.
using Results = std::map<TopicPartition, absl::Status>;

// What the first error means for the whole.
void PrintOutcome(const std::string& group, const absl::Status& first, TextWriter& out) {
  switch (GetErrorCode(first)) {
    case ErrorCode::kNone:
      out.Print("Request succeeded for deleting offsets from group {}.\n", group);
      return;
    case ErrorCode::kInvalidGroupId:
    case ErrorCode::kGroupIdNotFound:
    case ErrorCode::kGroupAuthorizationFailed:
    case ErrorCode::kNonEmptyGroup:
      out.Print("\nError: {}\n", remote::ErrorText(GetErrorCode(first)));
      return;
    case ErrorCode::kGroupSubscribedToTopic:
    case ErrorCode::kTopicAuthorizationFailed:
    case ErrorCode::kUnknownTopicOrPartition:
      out.Print("\nError: Encountered some partition-level error, see the follow-up details.\n");
      return;
    default:
      out.Print("\nError: Encountered some unknown error: {}\n",
                ErrorCodeName(GetErrorCode(first)));
  }
}

// In the order of the partitions' names.
std::vector<Results::value_type> InOrder(const Results& results) {
  // Two may have one name: "a11" is partition 11 of "a", and partition 1 of "a1".
  std::multimap<std::string, const Results::value_type*> ordered;
  for (const auto& result : results) {
    ordered.emplace(fmt::format("{}{}", result.first.topic, result.first.partition), &result);
  }
  std::vector<Results::value_type> rows;
  rows.reserve(ordered.size());
  for (const auto& [name, result] : ordered) rows.push_back(*result);
  return rows;
}

void PrintResults(const std::vector<Results::value_type>& rows, TextWriter& out) {
  std::size_t width = 15;
  for (const auto& [partition, status] : rows) width = std::max(width, partition.topic.size());
  out.Print("\n{:<{}} {:<10} {:<15}", "TOPIC", width, "PARTITION", "STATUS");
  for (const auto& [partition, status] : rows) {
    out.Print("\n{:<{}} {:<10} {:<15}", partition.topic, width,
              partition.partition >= 0 ? fmt::format("{}", partition.partition) : "-",
              status.ok() ? "Successful" : "Error: " + JavaText(status));
  }
  out.Print("\n");
}

void PrintJsonResults(const std::string& group, const std::vector<Results::value_type>& rows,
                      TextWriter& out) {
  for (const auto& [partition, status] : rows) {
    const std::int32_t index = partition.partition;
    PrintJson({{"group", group},
               {"topic", partition.topic},
               {"partition", index < 0 ? Json(nullptr) : Json(index)},
               {"error", ErrorOf(status)}},
              out);
  }
}

absl::Status ResultOf(const TopicPartition& partition, const Results& answered) {
  const auto found = answered.find(partition);
  if (found != answered.end()) return found->second;
  return absl::InternalError(fmt::format("the coordinator left {}-{} out of its answer",
                                         partition.topic, partition.partition));
}

void PrintDeletions(const Deletions& deletions, TextWriter& out) {
  std::vector<std::string> deleted;
  std::vector<std::pair<std::string, std::string>> failed;
  for (const auto& [group, status] : deletions) {
    if (status.ok()) {
      deleted.push_back(fmt::format("'{}'", group));
    } else {
      failed.emplace_back(group, JavaText(status));
    }
  }
  const std::string names = fmt::format("{}", fmt::join(deleted, ", "));
  if (failed.empty()) {
    out.Print("Deletion of requested consumer groups ({}) was successful.\n", names);
    return;
  }
  out.Print("\nError: Deletion of some consumer groups failed:\n");
  for (const auto& [group, why] : failed) {
    out.Print("* Group '{}' could not be deleted due to: {}\n", group, why);
  }
  if (deleted.empty()) return;
  out.Print("\nThese consumer groups were deleted successfully: {}\n", names);
}

}  // namespace

void DeleteGroups(const CommandLine& line, const std::vector<std::string>& groups,
                  remote::AdminClient& client, TextWriter& out) {
  const std::set<std::string> each(groups.begin(), groups.end());
  const auto ordered =
      InJavaHashOrder(std::vector<std::string>(each.begin(), each.end()), kJavaMapCapacity,
                      [](const std::string& group) { return std::string_view(group); });
  Deletions deletions;
  for (const std::string& group : ordered) {
    deletions.emplace_back(group, remote::DeleteGroup(client, group));
  }
  if (!line.Has("json")) return PrintDeletions(deletions, out);
  for (const auto& [group, status] : deletions) {
    PrintJson({{"group", group}, {"error", ErrorOf(status)}}, out);
  }
}

absl::Status DeleteGroupOffsets(const CommandLine& line, remote::AdminClient& client,
                                TextWriter& out, TextWriter& err) {
  const auto group = line.Value("group", "");
  if (!group.ok()) return group.status();
  const auto topics = ParseGroupTopics(line.Values("topic"));
  if (!topics.ok()) return topics.status();
  std::set<TopicPartition> partitions(topics->partitions.begin(), topics->partitions.end());
  Results results;
  for (const std::string& topic : topics->whole) {
    const auto described = remote::DescribeTopics(client, {topic});
    if (!described.ok()) {
      results[{topic, -1}] = described.status();
      continue;
    }
    for (const auto& one : described->front().partitions) partitions.insert({topic, one.index});
  }
  const auto deleted =
      remote::DeleteOffsets(client, *group, {partitions.begin(), partitions.end()});
  absl::Status first = deleted.status();
  for (const TopicPartition& one : partitions) {
    absl::Status status = deleted.ok() ? ResultOf(one, *deleted) : deleted.status();
    if (first.ok()) first = status;
    results[one] = std::move(status);
  }
  const std::vector<Results::value_type> rows = InOrder(results);
  if (!line.Has("json") || !first.ok()) PrintOutcome(*group, first, Told(line, out, err));
  if (line.Has("json")) {
    PrintJsonResults(*group, rows, out);
  } else {
    PrintResults(rows, out);
  }
  return absl::OkStatus();
}

}  // namespace rill::cli
