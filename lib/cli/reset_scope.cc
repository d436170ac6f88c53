#include "cli/reset_scope.h"

#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "cli/group_describe.h"
#include "cli/group_topics.h"
#include "client/remote/groups.h"
#include "client/remote/topics.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace rill::cli {
namespace {

using Partitions = std::vector<TopicPartition>;

// Kafka's tool prints its message, which names no topic, on standard output; rill's with --json
// tells on standard error what it likes.
absl::Status InWords(const CommandLine& line, const absl::Status& failed,
                     const std::vector<std::string>& topics, remote::AdminClient& client) {
  return line.Has("json") ? NameMissing(failed, topics, client) : failed;
}

absl::StatusOr<Partitions> Named(const CommandLine& line, remote::AdminClient& client) {
  auto topics = ParseGroupTopics(line.Values("topic"));
  if (!topics.ok()) return topics.status();
  const auto described = remote::DescribeTopics(client, topics->whole);
  if (!described.ok()) return InWords(line, described.status(), topics->whole, client);
  for (const auto& topic : *described) {
    for (const auto& partition : topic.partitions) {
      topics->partitions.push_back({topic.name, partition.index});
    }
  }
  return std::move(topics->partitions);
}

absl::StatusOr<Partitions> InScope(const CommandLine& line, const std::string& group,
                                   remote::AdminClient& client) {
  if (line.Has("all-topics")) {
    const auto committed = CommittedBy(group, client);
    if (!committed.ok()) return committed.status();
    Partitions partitions;
    for (const auto& [partition, offset] : *committed) partitions.push_back(partition);
    return partitions;
  }
  if (line.Has("topic")) return Named(line, client);
  if (line.Has("from-file")) return Partitions();
  return absl::InvalidArgumentError(
      "One of the reset scopes should be defined: --all-topics, --topic.");
}

// All are there, and have a leader.
absl::Status CheckPartitions(const CommandLine& line, const Partitions& partitions,
                             remote::AdminClient& client) {
  std::set<std::string> names;
  for (const TopicPartition& one : partitions) names.insert(one.topic);
  const std::vector<std::string> asked(names.begin(), names.end());
  const auto topics = remote::DescribeTopics(client, asked);
  if (!topics.ok()) return AsRuntime(InWords(line, topics.status(), asked, client));
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

}  // namespace

absl::StatusOr<PartitionOffsets> CommittedBy(const std::string& group,
                                             remote::AdminClient& client) {
  const auto fetched = remote::FetchOffsets(client, group);
  if (!fetched.ok()) return AsRuntime(fetched.status());
  PartitionOffsets offsets;
  for (const auto& offset : *fetched) offsets[offset.partition] = offset.offset;
  return offsets;
}

absl::StatusOr<std::vector<TopicPartition>> PartitionsToReset(const CommandLine& line,
                                                              const std::string& group,
                                                              remote::AdminClient& client) {
  auto partitions = InScope(line, group, client);
  if (!partitions.ok()) return partitions;
  if (auto valid = CheckPartitions(line, *partitions, client); !valid.ok()) return valid;
  return partitions;
}

}  // namespace rill::cli
