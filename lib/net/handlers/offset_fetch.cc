// OffsetFetch, versions 1 to 10.
//
// What a group has committed: of one group up to version 7, of several from version 8 on; of the
// partitions that are named, or for null topics (from version 2 on) of all. A partition without an
// offset is -1, which is no error, whether it is there or not. From version 10 on topics are named
// by id: one that is not known is UNKNOWN_TOPIC_ID.
//
// Deviations: a group that is asked for twice is answered once, and a partition has its offset
// once.
//
// From version 9 on a member of a group whose partitions the broker assigns says who it is:
// UNKNOWN_MEMBER_ID where it is none, STALE_MEMBER_EPOCH where it is behind. In a group of the
// classic protocol nobody looks at that, nor in Kafka. There are no transactions yet, so all
// offsets are stable.
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "net/authorize.h"
#include "net/group_code.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

using AskedGroup = wire::OffsetFetchRequest::Group;
using Group = wire::OffsetFetchResponse::Group;
using Offsets = engine::GroupService::Offsets;

constexpr int kFirstOfSeveral = 8;
constexpr int kFirstWithError = 2;

Group::Topic::Partition Show(std::int32_t index, const OffsetAndMetadata& committed) {
  return {index, committed.offset, committed.leader_epoch, committed.metadata, ErrorCode::kNone};
}

Group::Topic::Partition ShowNone(std::int32_t index, ErrorCode error) {
  return {index, -1, -1, "", error};
}

// Empty where there is none.
std::string NameOf(const Call& call, const AskedGroup::Topic& asked) {
  if (call.version < kFirstOffsetsById) return asked.name;
  const auto found = call.node.engine->FindTopic(asked.topic_id);
  return found.ok() ? (*found)->name() : std::string();
}

std::vector<TopicPartition> NamedBy(const Call& call, const std::vector<AskedGroup::Topic>& asked) {
  std::vector<TopicPartition> named;
  for (const AskedGroup::Topic& topic : asked) {
    const std::string name = NameOf(call, topic);
    if (name.empty()) continue;
    for (const std::int32_t index : topic.partition_indexes) named.push_back({name, index});
  }
  return named;
}

absl::StatusOr<Offsets> Fetch(const Call& call, const AskedGroup& asked) {
  if (auto may = CheckGroup(call, AclOperation::kDescribe, asked.group_id); !may.ok()) return may;
  if (auto open = call.node.engine->CheckOpen(); !open.ok()) return open;
  engine::GroupService& groups = *call.node.engine->groups();
  const ErrorCode refused =
      groups.ValidateFetch(asked.group_id, asked.member_id.value_or(""), asked.member_epoch);
  if (refused != ErrorCode::kNone) {
    return MakeError(absl::StatusCode::kAborted, refused,
                     "the group went on without the member that asks for its offsets");
  }
  return asked.topics.has_value() ? groups.Fetch(asked.group_id, NamedBy(call, *asked.topics))
                                  : groups.FetchAll(asked.group_id);
}

void ShowAll(const Call& call, const Offsets& offsets, Group& shown) {
  std::map<std::string, Group::Topic> topics;
  for (const auto& [partition, committed] : offsets) {
    topics[partition.topic].partitions.push_back(Show(partition.partition, committed));
  }
  for (auto& [name, topic] : topics) {
    if (!MayUseTopic(call, AclOperation::kDescribe, name)) continue;
    topic.name = name;
    if (call.version >= kFirstOffsetsById) {
      const auto found = call.node.engine->FindTopic(name);
      if (!found.ok()) continue;  // it has no id to be shown by
      topic.topic_id = (*found)->uuid();
    }
    shown.topics.push_back(std::move(topic));
  }
}

// `offsets` loses what is shown: a partition is answered once, and its metadata with it.
Group::Topic ShowTopic(const Call& call, const AskedGroup::Topic& asked, Offsets& offsets) {
  Group::Topic shown;
  shown.name = asked.name;
  shown.topic_id = asked.topic_id;
  const std::string name = NameOf(call, asked);
  const bool is_known = call.version < kFirstOffsetsById || !name.empty();
  const ErrorCode error = is_known ? CodeOf(CheckTopic(call, AclOperation::kDescribe, name))
                                   : ErrorCode::kUnknownTopicId;
  for (const std::int32_t index : asked.partition_indexes) {
    const auto committed = offsets.find({name, index});
    if (error != ErrorCode::kNone || committed == offsets.end()) {
      shown.partitions.push_back(ShowNone(index, error));
      continue;
    }
    shown.partitions.push_back(Show(index, committed->second));
    offsets.erase(committed);
  }
  return shown;
}

Group ShowGroup(const Call& call, const AskedGroup& asked) {
  Group shown;
  shown.group_id = asked.group_id;
  auto offsets = Fetch(call, asked);
  if (!offsets.ok()) {
    shown.error_code = GroupCodeOf(offsets.status());
  } else if (!asked.topics.has_value()) {
    ShowAll(call, *offsets, shown);
  } else {
    for (const auto& topic : *asked.topics)
      shown.topics.push_back(ShowTopic(call, topic, *offsets));
  }
  return shown;
}

AskedGroup OneGroup(const wire::OffsetFetchRequest& request) {
  AskedGroup asked;
  asked.group_id = request.group_id;
  asked.topics.reset();
  if (!request.topics.has_value()) return asked;
  asked.topics.emplace();
  for (const auto& topic : *request.topics) {
    asked.topics->push_back({topic.name, {}, topic.partition_indexes});
  }
  return asked;
}

// Version 1 has no error of the group: its partitions have it.
void ShowFailure(const Call& call, const wire::OffsetFetchRequest& request, ErrorCode error,
                 wire::OffsetFetchResponse& response) {
  if (call.version >= kFirstWithError) {
    response.error_code = error;
    return;
  }
  for (const auto& asked : *request.topics) {
    auto& topic = response.topics.emplace_back();
    topic.name = asked.name;
    for (const std::int32_t index : asked.partition_indexes) {
      topic.partitions.push_back({index, -1, -1, "", error});
    }
  }
}

wire::OffsetFetchResponse ShowOneGroup(const Call& call, const wire::OffsetFetchRequest& request) {
  wire::OffsetFetchResponse response;
  const Group group = ShowGroup(call, OneGroup(request));
  if (group.error_code != ErrorCode::kNone) {
    ShowFailure(call, request, group.error_code, response);
    return response;
  }
  for (const auto& found : group.topics) {
    auto& topic = response.topics.emplace_back();
    topic.name = found.name;
    for (const auto& partition : found.partitions) {
      topic.partitions.push_back({partition.partition_index, partition.committed_offset,
                                  partition.committed_leader_epoch, partition.metadata,
                                  partition.error_code});
    }
  }
  return response;
}

}  // namespace

wire::OffsetFetchResponse HandleOffsetFetch(const Call& call,
                                            const wire::OffsetFetchRequest& request) {
  if (call.version < kFirstOfSeveral) return ShowOneGroup(call, request);
  wire::OffsetFetchResponse response;
  absl::flat_hash_set<std::string_view> seen;
  for (const AskedGroup& asked : request.groups) {
    if (seen.insert(asked.group_id).second) response.groups.push_back(ShowGroup(call, asked));
  }
  return response;
}

}  // namespace rill::net
