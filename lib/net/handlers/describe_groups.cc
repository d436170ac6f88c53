// DescribeGroups, versions 0 to 6.
//
// State and members of groups, those of this process among them. A group that is not there is
// "Dead", and from version 6 on GROUP_ID_NOT_FOUND.
//
// Deviations: none known.
#include <string>

#include "fmt/format.h"
#include "net/group_text.h"
#include "net/handlers.h"
#include "net/operations.h"

namespace rill::net {
namespace {

constexpr int kFirstWithNotFound = 6;

void ShowMembers(const engine::DescribedGroup& group, wire::DescribeGroupsResponse::Group& shown) {
  for (const auto& member : group.members) {
    shown.members.push_back({member.member_id, NullIfEmpty(member.group_instance_id),
                             member.client_id, member.client_host, member.metadata,
                             member.assignment});
  }
}

wire::DescribeGroupsResponse::Group Show(const Call& call, const std::string& id,
                                         bool with_operations) {
  const auto group = call.node.engine->groups()->DescribeMembers(id);
  wire::DescribeGroupsResponse::Group shown;
  shown.group_id = id;
  shown.group_state = GroupStateName(group.state);
  const bool hides_error =
      group.error == ErrorCode::kGroupIdNotFound && call.version < kFirstWithNotFound;
  if (group.error != ErrorCode::kNone && !hides_error) {
    shown.error_code = group.error;
    if (call.version >= kFirstWithNotFound) {
      shown.error_message = fmt::format("there is no group \"{}\"", id);
    }
  }
  shown.protocol_type = group.protocol_type;
  shown.protocol_data = group.protocol_name;
  ShowMembers(group, shown);
  if (with_operations) shown.authorized_operations = kGroupOperations;
  return shown;
}

}  // namespace

wire::DescribeGroupsResponse HandleDescribeGroups(const Call& call,
                                                  const wire::DescribeGroupsRequest& request) {
  wire::DescribeGroupsResponse response;
  for (const std::string& group : request.groups) {
    response.groups.push_back(Show(call, group, request.include_authorized_operations));
  }
  return response;
}

}  // namespace rill::net
