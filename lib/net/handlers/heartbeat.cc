// Heartbeat, versions 0 to 4.
//
// A member's sign of life; REBALANCE_IN_PROGRESS asks it to join again.
#include "net/group_code.h"
#include "net/handlers.h"

namespace rill::net {

wire::HeartbeatResponse HandleHeartbeat(const Call& call, const wire::HeartbeatRequest& request) {
  wire::HeartbeatResponse response;
  response.error_code = CheckCoordinator(call, AclOperation::kRead, request.group_id);
  if (response.error_code != ErrorCode::kNone) return response;
  response.error_code = call.node.engine->groups()->Heartbeat(
      {.group_id = request.group_id,
       .generation = request.generation_id,
       .member_id = request.member_id,
       .group_instance_id = request.group_instance_id.value_or("")});
  return response;
}

}  // namespace rill::net
