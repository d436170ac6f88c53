// SyncGroup, versions 0 to 5.
//
// The leader brings the assignments of all members, and each is given its own. The answer comes
// when the leader has been there.
//
// Deviations: none known.
#include <utility>

#include "net/group_text.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

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
  if (request.group_id.empty()) {
    return answer(ResponseOf({.error = ErrorCode::kInvalidGroupId}));
  }
  engine::SyncRequest sync;
  sync.group_id = request.group_id;
  sync.generation = request.generation_id;
  sync.member_id = request.member_id;
  sync.group_instance_id = request.group_instance_id.value_or("");
  sync.protocol_type = request.protocol_type;
  sync.protocol_name = request.protocol_name;
  for (const auto& assignment : request.assignments) {
    sync.assignments.push_back({assignment.member_id, assignment.assignment});
  }
  call.node.engine->groups()->Sync(
      sync, [answer = std::move(answer)](const engine::SyncResponse& synced) {
        answer(ResponseOf(synced));
      });
}

}  // namespace rill::net
