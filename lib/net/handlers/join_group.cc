// JoinGroup, versions 0 to 9.
//
// Joins a group of the classic protocol, beside the consumers of this process. From version 4 on a
// member without an id is told one first (MEMBER_ID_REQUIRED). The answer comes when the members of
// the generation are known.
//
// Deviations: none known.
#include <utility>

#include "net/group_text.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

constexpr int kFirstWithRequiredId = 4;
constexpr int kFirstWithNullProtocol = 7;
constexpr int kFirstToSkipAssignment = 9;

engine::JoinRequest RequestOf(const Call& call, const wire::JoinGroupRequest& request) {
  engine::JoinRequest join;
  join.group_id = request.group_id;
  join.member_id = request.member_id;
  join.group_instance_id = request.group_instance_id.value_or("");
  join.client_id = call.client_id;
  join.client_host = call.client_host;
  join.session_timeout = absl::Milliseconds(request.session_timeout_ms);
  // Version 0 has the one for both.
  join.rebalance_timeout = request.rebalance_timeout_ms < 0
                               ? join.session_timeout
                               : absl::Milliseconds(request.rebalance_timeout_ms);
  join.protocol_type = request.protocol_type;
  for (const auto& protocol : request.protocols) {
    join.protocols.push_back({protocol.name, protocol.metadata});
  }
  join.reason = request.reason.value_or("");
  join.require_known_member_id = call.version >= kFirstWithRequiredId;
  join.supports_skipping_assignment = call.version >= kFirstToSkipAssignment;
  return join;
}

wire::JoinGroupResponse ResponseOf(const engine::JoinResponse& joined, int version) {
  wire::JoinGroupResponse response;
  response.error_code = joined.error;
  response.generation_id = joined.generation;
  response.protocol_type = NullIfEmpty(joined.protocol_type);
  response.protocol_name = joined.protocol_name;
  if (version >= kFirstWithNullProtocol) response.protocol_name = NullIfEmpty(joined.protocol_name);
  response.leader = joined.leader;
  response.skip_assignment = joined.skip_assignment;
  response.member_id = joined.member_id;
  for (const auto& member : joined.members) {
    response.members.push_back(
        {member.member_id, NullIfEmpty(member.group_instance_id), member.metadata});
  }
  return response;
}

}  // namespace

void HandleJoinGroup(const Call& call, const wire::JoinGroupRequest& request,
                     std::function<void(wire::JoinGroupResponse)> answer) {
  const int version = call.version;
  if (request.group_id.empty()) {
    return answer(
        ResponseOf({.error = ErrorCode::kInvalidGroupId, .member_id = request.member_id}, version));
  }
  call.node.engine->groups()->Join(
      RequestOf(call, request),
      [answer = std::move(answer), version](const engine::JoinResponse& joined) {
        answer(ResponseOf(joined, version));
      });
}

}  // namespace rill::net
