// DeleteGroups, versions 0 to 2.
//
// Deletes groups without members, with their offsets; one answer for each.
//
// Deviations: none known.
#include <string>

#include "net/handlers.h"
#include "net/place_of.h"

namespace rill::net {

wire::DeleteGroupsResponse HandleDeleteGroups(const Call& call,
                                              const wire::DeleteGroupsRequest& request) {
  wire::DeleteGroupsResponse response;
  for (const std::string& group : request.groups_names) {
    response.results.push_back({group, CodeOf(call.node.engine->groups()->Delete(group))});
  }
  return response;
}

}  // namespace rill::net
