// ConsumerGroupDescribe, versions 0 to 1 (KIP-848).
//
// Groups whose partitions the broker assigns: their epochs, and what each member has and is to
// have. Any other group, also one of the classic protocol, is GROUP_ID_NOT_FOUND, which sends
// clients to DescribeGroups.
//
// Who may not see a topic that a member subscribes to or has is told TOPIC_AUTHORIZATION_FAILED.
//
// Deviations: a group that is asked for twice is answered once.
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "net/authorize.h"
#include "net/error_text.h"
#include "net/group_code.h"
#include "net/handlers.h"
#include "net/operations.h"

namespace rill::net {
namespace {

using Response = wire::ConsumerGroupDescribeResponse;

constexpr std::int8_t kClassicMember = 0;
constexpr std::int8_t kConsumerMember = 1;

Response::Assignment Show(const std::vector<engine::DescribedTopic>& topics) {
  Response::Assignment shown;
  for (const engine::DescribedTopic& topic : topics) {
    shown.topic_partitions.push_back({topic.id, topic.name, topic.partitions});
  }
  return shown;
}

Response::Group::Member Show(const engine::DescribedConsumer& member) {
  Response::Group::Member shown;
  shown.member_id = member.member_id;
  shown.instance_id = NullIfEmpty(member.instance_id);
  shown.rack_id = NullIfEmpty(member.rack_id);
  shown.member_epoch = member.member_epoch;
  shown.client_id = member.client_id;
  shown.client_host = member.client_host;
  shown.subscribed_topic_names = member.subscribed_topics;
  shown.subscribed_topic_regex = member.subscribed_regex;
  shown.assignment = Show(member.assigned);
  shown.target_assignment = Show(member.target);
  shown.member_type = member.is_classic ? kClassicMember : kConsumerMember;
  return shown;
}

absl::Status CheckTopicsOf(const Call& call, const engine::DescribedConsumer& member) {
  absl::Status status;
  for (const std::string& topic : member.subscribed_topics) {
    status.Update(CheckTopic(call, AclOperation::kDescribe, topic));
  }
  for (const auto* const topics : {&member.assigned, &member.target}) {
    for (const engine::DescribedTopic& topic : *topics) {
      status.Update(CheckTopic(call, AclOperation::kDescribe, topic.name));
    }
  }
  return status;
}

absl::StatusOr<engine::DescribedConsumerGroup> Find(const Call& call, const std::string& group) {
  if (auto may = CheckGroup(call, AclOperation::kDescribe, group); !may.ok()) return may;
  if (auto open = call.node.engine->CheckOpen(); !open.ok()) return open;
  if (!call.node.engine->config()->has_consumer_groups) {
    return MakeError(absl::StatusCode::kUnimplemented, ErrorCode::kUnsupportedVersion,
                     "group.coordinator.rebalance.protocols has no consumer");
  }
  auto described = call.node.engine->groups()->DescribeConsumers(group);
  if (!described.ok()) return described;
  for (const auto& member : described->members) {
    if (auto may = CheckTopicsOf(call, member); !may.ok()) return may;
  }
  return described;
}

Response::Group Describe(const Call& call, const std::string& group, bool with_operations) {
  Response::Group shown;
  shown.group_id = group;
  const auto described = Find(call, group);
  if (!described.ok()) {
    shown.error_code = GroupCodeOf(described.status());
    shown.error_message = ErrorText(described.status());
    return shown;
  }
  shown.group_state = GroupStateName(described->state);
  shown.group_epoch = described->epoch;
  shown.assignment_epoch = described->assignment_epoch;
  shown.assignor_name = described->assignor;
  for (const engine::DescribedConsumer& member : described->members) {
    shown.members.push_back(Show(member));
  }
  if (with_operations) shown.authorized_operations = GroupOperations(call, group);
  return shown;
}

}  // namespace

wire::ConsumerGroupDescribeResponse HandleConsumerGroupDescribe(
    const Call& call, const wire::ConsumerGroupDescribeRequest& request) {
  Response response;
  absl::flat_hash_set<std::string_view> seen;
  for (const std::string& group : request.group_ids) {
    if (!seen.insert(group).second) continue;
    response.groups.push_back(Describe(call, group, request.include_authorized_operations));
  }
  return response;
}

}  // namespace rill::net
