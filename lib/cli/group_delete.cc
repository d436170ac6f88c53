#include "cli/group_delete.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "cli/group_topics.h"
#include "cli/java_hash_order.h"
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

void PrintResults(const Results& results, TextWriter& out) {
  std::size_t width = 15;
  std::map<std::string, const Results::value_type*> ordered;
  for (const auto& result : results) {
    width = std::max(width, result.first.topic.size());
    ordered[fmt::format("{}{}", result.first.topic, result.first.partition)] = &result;
  }
  out.Print("\n{:<{}} {:<10} {:<15}", "TOPIC", width, "PARTITION", "STATUS");
  for (const auto& [name, result] : ordered) {
    const auto& [partition, status] = *result;
    out.Print("\n{:<{}} {:<10} {:<15}", partition.topic, width,
              partition.partition >= 0 ? fmt::format("{}", partition.partition) : "-",
              status.ok() ? "Successful" : "Error: " + JavaText(status));
  }
  out.Print("\n");
}

}  // namespace

void DeleteGroups(const std::vector<std::string>& groups, remote::AdminClient& client,
                  TextWriter& out) {
  std::vector<std::string> deleted;
  std::vector<std::pair<std::string, std::string>> failed;
  const std::set<std::string> each(groups.begin(), groups.end());
  const auto ordered =
      InJavaHashOrder(std::vector<std::string>(each.begin(), each.end()), kJavaMapCapacity,
                      [](const std::string& group) { return std::string_view(group); });
  for (const std::string& group : ordered) {
    const absl::Status status = remote::DeleteGroup(client, group);
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

absl::Status DeleteGroupOffsets(const CommandLine& line, remote::AdminClient& client,
                                TextWriter& out) {
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
    absl::Status status = deleted.status();
    if (deleted.ok()) {
      const auto result = deleted->find(one);
      if (result != deleted->end()) status = result->second;
    }
    if (first.ok()) first = status;
    results[one] = std::move(status);
  }
  PrintOutcome(*group, first, out);
  PrintResults(results, out);
  return absl::OkStatus();
}

}  // namespace rill::cli
