// ListGroups, versions 0 to 5.
//
// All groups, or those in the states (version 4) and of the types (version 5) that are named, in
// whichever case.
//
// Deviations: all groups are classic ones.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

constexpr char kClassic[] = "classic";

std::string Lower(std::string text) {
  for (char& c : text) c = absl::ascii_tolower(static_cast<unsigned char>(c));
  return text;
}

bool IsAsked(const std::vector<std::string>& filter, const std::string& name) {
  return filter.empty() || std::any_of(filter.begin(), filter.end(), [&](const auto& wanted) {
           return Lower(wanted) == Lower(name);
         });
}

}  // namespace

wire::ListGroupsResponse HandleListGroups(const Call& call,
                                          const wire::ListGroupsRequest& request) {
  wire::ListGroupsResponse response;
  if (!IsAsked(request.types_filter, kClassic)) return response;
  for (const auto& group : call.node.engine->groups()->ListWithTypes()) {
    const std::string state = GroupStateName(group.state);
    if (!IsAsked(request.states_filter, state)) continue;
    response.groups.push_back({group.group_id, group.protocol_type, state, kClassic});
  }
  return response;
}

}  // namespace rill::net
