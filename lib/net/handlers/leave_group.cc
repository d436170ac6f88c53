// LeaveGroup, versions 0 to 5.
//
// One member up to version 2, whose error is the response's own; several from version 3 on.
//
// Deviations: none known.
#include "net/group_text.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

constexpr int kFirstOfSeveral = 3;

}  // namespace

wire::LeaveGroupResponse HandleLeaveGroup(const Call& call,
                                          const wire::LeaveGroupRequest& request) {
  wire::LeaveGroupResponse response;
  if (request.group_id.empty()) {
    response.error_code = ErrorCode::kInvalidGroupId;
    return response;
  }
  engine::LeaveRequest leave{.group_id = request.group_id};
  if (call.version < kFirstOfSeveral) leave.members.push_back({.member_id = request.member_id});
  for (const auto& member : request.members) {
    leave.members.push_back(
        {member.member_id, member.group_instance_id.value_or(""), member.reason.value_or("")});
  }
  const auto left = call.node.engine->groups()->Leave(leave);
  response.error_code = left.error;
  if (call.version < kFirstOfSeveral) {
    if (left.error == ErrorCode::kNone && !left.members.empty()) {
      response.error_code = left.members.front().error;
    }
    return response;
  }
  for (const auto& member : left.members) {
    response.members.push_back(
        {member.member_id, NullIfEmpty(member.group_instance_id), member.error});
  }
  return response;
}

}  // namespace rill::net
