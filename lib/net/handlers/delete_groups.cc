// DeleteGroups, versions 0 to 2.
//
// Deletes groups with their offsets, one after the other; one that has members is NON_EMPTY_GROUP.
#include <string>

#include "net/group_code.h"
#include "net/handlers.h"

namespace rill::net {

wire::DeleteGroupsResponse HandleDeleteGroups(const Call& call,
                                              const wire::DeleteGroupsRequest& request) {
  wire::DeleteGroupsResponse response;
  for (const std::string& group : request.groups_names) {
    auto& result = response.results.emplace_back();
    result.group_id = group;
    result.error_code = CheckCoordinator(call, AclOperation::kDelete, group);
    if (result.error_code != ErrorCode::kNone) continue;
    result.error_code = GroupCodeOf(call.node.engine->groups()->Delete(group));
  }
  return response;
}

}  // namespace rill::net
