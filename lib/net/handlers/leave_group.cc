// LeaveGroup, versions 0 to 5.
//
// One member up to version 2, whose error is the answer's; several from version 3 on, each with an
// error of its own. A member that is named by its group instance id alone is whoever has it.
#include "net/group_code.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

constexpr int kFirstOfSeveral = 3;

engine::LeaveRequest EventOf(const Call& call, const wire::LeaveGroupRequest& request) {
  engine::LeaveRequest event{.group_id = request.group_id};
  if (call.version < kFirstOfSeveral) event.members.push_back({.member_id = request.member_id});
  for (const auto& member : request.members) {
    event.members.push_back(
        {member.member_id, member.group_instance_id.value_or(""), member.reason.value_or("")});
  }
  return event;
}

}  // namespace

wire::LeaveGroupResponse HandleLeaveGroup(const Call& call,
                                          const wire::LeaveGroupRequest& request) {
  wire::LeaveGroupResponse response;
  response.error_code = CheckCoordinator(call, AclOperation::kRead, request.group_id);
  if (response.error_code != ErrorCode::kNone) return response;
  const auto left = call.node.engine->groups()->Leave(EventOf(call, request));
  response.error_code = left.error;
  for (const auto& member : left.members) {
    if (call.version < kFirstOfSeveral) {
      response.error_code = member.error;
    } else {
      response.members.push_back(
          {member.member_id, NullIfEmpty(member.group_instance_id), member.error});
    }
  }
  return response;
}

}  // namespace rill::net
