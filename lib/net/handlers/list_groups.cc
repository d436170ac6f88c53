// ListGroups, versions 0 to 5.
//
// All groups, those of the engine's own process included; from version 4 on those in certain
// states, from version 5 on of certain types. Names of states and types are compared without regard
// to case; a name that is not known lists nothing. Types are "classic" and "consumer" (KIP-848); a
// group that only has offsets is a classic one. Who may not see all (DESCRIBE of the cluster) sees
// those that they may.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "net/authorize.h"
#include "net/group_code.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

const char* TypeName(engine::GroupType type) {
  return type == engine::GroupType::kConsumer ? "consumer" : "classic";
}

bool IsName(std::string_view text, std::string_view name) {
  while (!text.empty() && absl::ascii_isspace(text.front())) text.remove_prefix(1);
  while (!text.empty() && absl::ascii_isspace(text.back())) text.remove_suffix(1);
  return std::equal(text.begin(), text.end(), name.begin(), name.end(), [](char a, char b) {
    return absl::ascii_tolower(a) == absl::ascii_tolower(b);
  });
}

// An empty filter lets all through.
bool Passes(const std::vector<std::string>& filter, std::string_view name) {
  return filter.empty() ||
         std::any_of(filter.begin(), filter.end(),
                     [&](const std::string& wanted) { return IsName(wanted, name); });
}

}  // namespace

wire::ListGroupsResponse HandleListGroups(const Call& call,
                                          const wire::ListGroupsRequest& request) {
  wire::ListGroupsResponse response;
  response.error_code = CheckCoordinator(call);
  if (response.error_code != ErrorCode::kNone) return response;
  const bool may_see_all = MayUseCluster(call, AclOperation::kDescribe);
  for (const engine::ListedGroup& group : call.node.engine->groups()->ListAll()) {
    const char* const state = GroupStateName(group.state);
    const char* const type = TypeName(group.type);
    if (!Passes(request.states_filter, state) || !Passes(request.types_filter, type)) continue;
    if (!may_see_all && !MayUseGroup(call, AclOperation::kDescribe, group.group_id)) continue;
    response.groups.push_back({group.group_id, group.protocol_type, state, type});
  }
  return response;
}

}  // namespace rill::net
