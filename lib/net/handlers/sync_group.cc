// SyncGroup, versions 0 to 5.
//
// Answered when the leader has brought the assignment of all, or at once in a group that has
// members of ConsumerGroupHeartbeat, where the broker assigns. From version 5 on the member says
// which protocol it takes the group to have agreed on; one that does not, or is mistaken, is told
// INCONSISTENT_GROUP_PROTOCOL.
//
// Deviations: a request that is overtaken by the same member's next one is answered with
// REBALANCE_IN_PROGRESS, where Kafka lets it wait.
#include <utility>

#include "net/group_code.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

constexpr int kFirstWithProtocol = 5;

ErrorCode Check(const Call& call, const wire::SyncGroupRequest& request) {
  const bool names_protocol =
      request.protocol_type.has_value() && request.protocol_name.has_value();
  if (call.version >= kFirstWithProtocol && !names_protocol) {
    return ErrorCode::kInconsistentGroupProtocol;
  }
  return CheckCoordinator(call, AclOperation::kRead, request.group_id);
}

engine::SyncRequest EventOf(const wire::SyncGroupRequest& request) {
  engine::SyncRequest event{.group_id = request.group_id,
                            .generation = request.generation_id,
                            .member_id = request.member_id,
                            .group_instance_id = request.group_instance_id.value_or(""),
                            .protocol_type = request.protocol_type,
                            .protocol_name = request.protocol_name};
  for (const auto& given : request.assignments) {
    event.assignments.push_back({given.member_id, given.assignment});
  }
  return event;
}

wire::SyncGroupResponse ResponseOf(const engine::SyncResponse& synced) {
  wire::SyncGroupResponse response;
  response.error_code = synced.error;
  response.protocol_type = NullIfEmpty(synced.protocol_type);
  response.protocol_name = NullIfEmpty(synced.protocol_name);
  response.assignment = synced.assignment;
  return response;
}

}  // namespace

void HandleSyncGroup(const Call& call, const wire::SyncGroupRequest& request,
                     std::function<void(wire::SyncGroupResponse)> answer) {
  if (const ErrorCode error = Check(call, request); error != ErrorCode::kNone) {
    wire::SyncGroupResponse refusal;
    refusal.error_code = error;
    return answer(std::move(refusal));
  }
  call.node.engine->groups()->Sync(
      EventOf(request), [answer = std::move(answer)](const engine::SyncResponse& synced) {
        answer(ResponseOf(synced));
      });
}

}  // namespace rill::net
