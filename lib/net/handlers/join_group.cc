// JoinGroup, versions 0 to 9.
//
// Answered when the rebalance that it belongs to has all its members, or has waited for them long
// enough. From version 4 on a dynamic member is first told its id (MEMBER_ID_REQUIRED, KIP-394).
// Version 0 has no rebalance timeout: the session's stands for it. From version 9 on a static
// leader that returns to a stable group skips the assignment. In a group that has members of
// ConsumerGroupHeartbeat it is answered at once, and nobody leads.
//
// Deviations: a request that is overtaken by the same member's next one is answered with
// REBALANCE_IN_PROGRESS, where Kafka lets it wait. Who was removed from a group with members of
// ConsumerGroupHeartbeat, and says that it has partitions, is told UNKNOWN_MEMBER_ID, once.
// A group instance id that is empty is none.
#include <utility>

#include "absl/time/time.h"
#include "net/group_code.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

constexpr int kFirstWithRebalanceTimeout = 1;
constexpr int kFirstToKnowMemberId = 4;
constexpr int kFirstWithNullProtocol = 7;
constexpr int kFirstToSkipAssignment = 9;

engine::JoinRequest EventOf(const Call& call, const wire::JoinGroupRequest& request) {
  const bool has_rebalance_timeout = call.version >= kFirstWithRebalanceTimeout;
  engine::JoinRequest event{
      .group_id = request.group_id,
      .member_id = request.member_id,
      .group_instance_id = request.group_instance_id.value_or(""),
      .client_id = call.client_id,
      .client_host = call.client_host,
      .session_timeout = absl::Milliseconds(request.session_timeout_ms),
      .rebalance_timeout = absl::Milliseconds(has_rebalance_timeout ? request.rebalance_timeout_ms
                                                                    : request.session_timeout_ms),
      .protocol_type = request.protocol_type,
      .reason = request.reason.value_or(""),
      .require_known_member_id = call.version >= kFirstToKnowMemberId,
      .supports_skipping_assignment = call.version >= kFirstToSkipAssignment};
  for (const auto& protocol : request.protocols) {
    event.protocols.push_back({protocol.name, protocol.metadata});
  }
  return event;
}

wire::JoinGroupResponse Failure(int version, ErrorCode error, const std::string& member_id) {
  wire::JoinGroupResponse response;
  response.error_code = error;
  response.member_id = member_id;
  if (version >= kFirstWithNullProtocol) response.protocol_name.reset();
  return response;
}

wire::JoinGroupResponse ResponseOf(int version, const engine::JoinResponse& joined) {
  if (joined.error != ErrorCode::kNone) return Failure(version, joined.error, joined.member_id);
  wire::JoinGroupResponse response;
  response.generation_id = joined.generation;
  response.protocol_type = joined.protocol_type;
  response.protocol_name = joined.protocol_name;
  response.leader = joined.leader;
  response.skip_assignment = joined.skip_assignment;
  response.member_id = joined.member_id;
  for (const engine::JoinedMember& member : joined.members) {
    response.members.push_back(
        {member.member_id, NullIfEmpty(member.group_instance_id), member.metadata});
  }
  return response;
}

}  // namespace

void HandleJoinGroup(const Call& call, const wire::JoinGroupRequest& request,
                     std::function<void(wire::JoinGroupResponse)> answer) {
  if (const ErrorCode error = CheckCoordinator(call, AclOperation::kRead, request.group_id);
      error != ErrorCode::kNone) {
    return answer(Failure(call.version, error, request.member_id));
  }
  call.node.engine->groups()->Join(
      EventOf(call, request),
      [version = call.version, answer = std::move(answer)](const engine::JoinResponse& joined) {
        answer(ResponseOf(version, joined));
      });
}

}  // namespace rill::net
