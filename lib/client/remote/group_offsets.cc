#include <utility>

#include "client/remote/error_text.h"
#include "client/remote/groups.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"

namespace rill::remote {
namespace {

using wire::ApiKey;

// From this version on several groups are asked for at a time; up to this one topics have names.
constexpr int kSeveralGroups = 8;
constexpr int kLastWithNames = 9;

wire::OffsetFetchRequest FetchRequest(const std::string& group, int version) {
  wire::OffsetFetchRequest request;
  if (version < kSeveralGroups) {
    request.group_id = group;
    request.topics = std::nullopt;
  } else {
    request.groups.push_back(
        {.group_id = group, .member_id = std::nullopt, .topics = std::nullopt});
  }
  return request;
}

template <typename Topics>
void TakeOffsets(const Topics& topics, std::vector<CommittedOffset>& offsets) {
  for (const auto& topic : topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code != ErrorCode::kNone || partition.committed_offset < 0) continue;
      offsets.push_back({{topic.name, partition.partition_index},
                         partition.committed_offset,
                         partition.committed_leader_epoch,
                         partition.metadata.value_or("")});
    }
  }
}

ErrorCode FetchError(const wire::OffsetFetchResponse& response) {
  if (!response.groups.empty()) return response.groups.front().error_code;
  return response.error_code;
}

// The first error of a partition, of an answer with partitions by topics.
template <typename Response>
ErrorCode FirstError(const Response& response) {
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code != ErrorCode::kNone) return partition.error_code;
    }
  }
  return ErrorCode::kNone;
}

}  // namespace

absl::StatusOr<std::vector<CommittedOffset>> FetchOffsets(AdminClient& client,
                                                          const std::string& group) {
  const auto response = client.Ask<wire::OffsetFetchResponse>(
      Target::Coordinator(group), ApiKey::kOffsetFetch,
      [&](int version) { return FetchRequest(group, version); }, FetchError, kLastWithNames);
  if (!response.ok()) return response.status();
  if (auto status = ToStatus(FetchError(*response)); !status.ok()) return status;
  std::vector<CommittedOffset> offsets;
  TakeOffsets(response->topics, offsets);
  for (const auto& of_group : response->groups) TakeOffsets(of_group.topics, offsets);
  return offsets;
}

absl::Status CommitOffsets(AdminClient& client, const std::string& group,
                           const std::map<TopicPartition, std::int64_t>& offsets) {
  wire::OffsetCommitRequest request;
  request.group_id = group;
  std::map<std::string, std::vector<wire::OffsetCommitRequest::Topic::Partition>> topics;
  for (const auto& [partition, offset] : offsets) {
    topics[partition.topic].push_back({partition.partition, offset, -1, ""});
  }
  for (auto& [topic, partitions] : topics) {
    request.topics.push_back({topic, {}, std::move(partitions)});
  }
  const auto response = client.Ask<wire::OffsetCommitResponse>(
      Target::Coordinator(group), ApiKey::kOffsetCommit, [&](int) { return request; },
      FirstError<wire::OffsetCommitResponse>, kLastWithNames);
  return response.ok() ? ToStatus(FirstError(*response)) : response.status();
}

absl::StatusOr<std::map<TopicPartition, absl::Status>> DeleteOffsets(
    AdminClient& client, const std::string& group, const std::vector<TopicPartition>& partitions) {
  wire::OffsetDeleteRequest request;
  request.group_id = group;
  std::map<std::string, std::vector<wire::OffsetDeleteRequest::Topic::Partition>> topics;
  for (const TopicPartition& one : partitions) topics[one.topic].push_back({one.partition});
  for (auto& [topic, indexes] : topics) request.topics.push_back({topic, std::move(indexes)});
  const auto response = client.Ask<wire::OffsetDeleteResponse>(
      Target::Coordinator(group), ApiKey::kOffsetDelete, [&](int) { return request; },
      [](const wire::OffsetDeleteResponse& answer) { return answer.error_code; });
  if (!response.ok()) return response.status();
  if (auto status = ToStatus(response->error_code); !status.ok()) return status;
  std::map<TopicPartition, absl::Status> deleted;
  for (const auto& topic : response->topics) {
    for (const auto& partition : topic.partitions) {
      deleted[{topic.name, partition.partition_index}] = ToStatus(partition.error_code);
    }
  }
  return deleted;
}

}  // namespace rill::remote
