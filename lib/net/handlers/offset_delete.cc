// OffsetDelete, version 0.
//
// Forgets a group's offsets of partitions; a partition that is not there is
// UNKNOWN_TOPIC_OR_PARTITION, one of a topic that a member subscribes to GROUP_SUBSCRIBED_TO_TOPIC.
//
// Deviations: an application's own offset store forgets whole groups only: UNSUPPORTED_VERSION.
#include <set>
#include <vector>

#include "net/authorize.h"
#include "net/group_code.h"
#include "net/handlers.h"

namespace rill::net {

wire::OffsetDeleteResponse HandleOffsetDelete(const Call& call,
                                              const wire::OffsetDeleteRequest& request) {
  wire::OffsetDeleteResponse response;
  response.error_code = request.group_id.empty()
                            ? ErrorCode::kInvalidGroupId
                            : CheckCoordinator(call, AclOperation::kDelete, request.group_id);
  if (response.error_code != ErrorCode::kNone) return response;
  std::vector<TopicPartition> there;
  for (const auto& topic : request.topics) {
    if (!MayUseTopic(call, AclOperation::kRead, topic.name)) continue;
    for (const auto& partition : topic.partitions) {
      const TopicPartition name{topic.name, partition.partition_index};
      if (call.node.engine->HasPartition(name)) there.push_back(name);
    }
  }
  const auto subscribed = call.node.engine->groups()->DeleteOffsets(request.group_id, there);
  if (!subscribed.ok()) {
    response.error_code = GroupCodeOf(subscribed.status());
    return response;
  }
  const std::set<TopicPartition> known(there.begin(), there.end());
  for (const auto& topic : request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.name = topic.name;
    const ErrorCode of_topic =
        subscribed->contains(topic.name) ? ErrorCode::kGroupSubscribedToTopic : ErrorCode::kNone;
    const bool may = MayUseTopic(call, AclOperation::kRead, topic.name);
    const ErrorCode of_others =
        may ? ErrorCode::kUnknownTopicOrPartition : ErrorCode::kTopicAuthorizationFailed;
    for (const auto& partition : topic.partitions) {
      const bool is_known = known.contains({topic.name, partition.partition_index});
      answered.partitions.push_back({partition.partition_index, is_known ? of_topic : of_others});
    }
  }
  return response;
}

}  // namespace rill::net
