// DescribeGroups, versions 0 to 6.
//
// The state and the members of groups, those of the engine's own process included. A group that is
// not there, or whose partitions the broker assigns (ConsumerGroupDescribe tells of it), is in the
// state Dead, without an error before version 6, GROUP_ID_NOT_FOUND from there on.
//
// Deviations: a group that is asked for twice is answered once.
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "net/authorize.h"
#include "net/error_text.h"
#include "net/group_code.h"
#include "net/handlers.h"
#include "net/operations.h"

namespace rill::net {
namespace {

using Group = wire::DescribeGroupsResponse::Group;

constexpr int kFirstWithNotFound = 6;

absl::StatusOr<engine::DescribedGroup> Find(const Call& call, const std::string& group) {
  if (auto may = CheckGroup(call, AclOperation::kDescribe, group); !may.ok()) return may;
  if (auto open = call.node.engine->CheckOpen(); !open.ok()) return open;
  return call.node.engine->groups()->DescribeMembers(group);
}

void ShowMembers(const engine::DescribedGroup& described, Group& shown) {
  for (const engine::DescribedMember& member : described.members) {
    shown.members.push_back({member.member_id, NullIfEmpty(member.group_instance_id),
                             member.client_id, member.client_host, member.metadata,
                             member.assignment});
  }
}

void ShowFailure(const Call& call, const absl::Status& failure, Group& shown) {
  shown.group_state = GroupStateName(GroupState::kDead);
  const ErrorCode error = GroupCodeOf(failure);
  if (call.version >= kFirstWithNotFound) shown.error_message = ErrorText(failure);
  if (error == ErrorCode::kGroupIdNotFound && call.version < kFirstWithNotFound) return;
  shown.error_code = error;
}

Group Describe(const Call& call, const std::string& group, bool with_operations) {
  Group shown;
  shown.group_id = group;
  const auto described = Find(call, group);
  if (described.ok()) {
    shown.group_state = GroupStateName(described->state);
    shown.protocol_type = described->protocol_type;
    shown.protocol_data = described->protocol_name;
    ShowMembers(*described, shown);
  } else {
    ShowFailure(call, described.status(), shown);
  }
  const bool has_operations = with_operations && shown.error_code == ErrorCode::kNone;
  if (has_operations) shown.authorized_operations = GroupOperations(call, group);
  return shown;
}

}  // namespace

wire::DescribeGroupsResponse HandleDescribeGroups(const Call& call,
                                                  const wire::DescribeGroupsRequest& request) {
  wire::DescribeGroupsResponse response;
  absl::flat_hash_set<std::string_view> seen;
  for (const std::string& group : request.groups) {
    if (!seen.insert(group).second) continue;
    response.groups.push_back(Describe(call, group, request.include_authorized_operations));
  }
  return response;
}

}  // namespace rill::net
