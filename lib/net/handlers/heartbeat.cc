// Heartbeat, versions 0 to 4.
//
// Says that a member is alive; REBALANCE_IN_PROGRESS tells it to join again.
//
// Deviations: none known.
#include "net/handlers.h"

namespace rill::net {

wire::HeartbeatResponse HandleHeartbeat(const Call& call, const wire::HeartbeatRequest& request) {
  wire::HeartbeatResponse response;
  if (request.group_id.empty()) {
    response.error_code = ErrorCode::kInvalidGroupId;
    return response;
  }
  response.error_code = call.node.engine->groups()->Heartbeat(
      {.group_id = request.group_id,
       .generation = request.generation_id,
       .member_id = request.member_id,
       .group_instance_id = request.group_instance_id.value_or("")});
  return response;
}

}  // namespace rill::net
