// DeleteGroups, versions 0 to 3.
//
// Deletes groups with their offsets, one after the other; one that has members is NON_EMPTY_GROUP.
// One that is named twice is deleted, and answered, once.
//
// Deviations: from version 3 on each one that was not deleted has a message that says why; Kafka
// has one for groups of Kafka Streams alone.
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "net/error_text.h"
#include "net/group_code.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

absl::Status Delete(const Call& call, const std::string& group) {
  if (auto may = CheckGroup(call, AclOperation::kDelete, group); !may.ok()) return may;
  if (auto open = call.node.engine->CheckOpen(); !open.ok()) return open;
  return call.node.engine->groups()->Delete(group);
}

}  // namespace

wire::DeleteGroupsResponse HandleDeleteGroups(const Call& call,
                                              const wire::DeleteGroupsRequest& request) {
  wire::DeleteGroupsResponse response;
  absl::flat_hash_set<std::string_view> named;
  for (const std::string& group : request.groups_names) {
    if (!named.insert(group).second) continue;
    const absl::Status deleted = Delete(call, group);
    response.results.push_back({group, GroupCodeOf(deleted), NullIfEmpty(ErrorText(deleted))});
  }
  return response;
}

}  // namespace rill::net
