#include "wire/messages/list_groups.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<ListGroupsRequest> = {
    Member<&ListGroupsRequest::states_filter>("statesFilter").Since(4),
    Member<&ListGroupsRequest::types_filter>("typesFilter").Since(5)};

template <>
const Message& MessageOf<ListGroupsRequest>() {
  static constexpr Message kMessage = Describe<ListGroupsRequest>("ListGroupsRequest", 0, 5, 3);
  return kMessage;
}

template <>
inline constexpr std::array kFields<ListGroupsResponse::Group> = {
    Member<&ListGroupsResponse::Group::group_id>("groupId"),
    Member<&ListGroupsResponse::Group::protocol_type>("protocolType"),
    Member<&ListGroupsResponse::Group::group_state>("groupState").Since(4).Ignorable(),
    Member<&ListGroupsResponse::Group::group_type>("groupType").Since(5).Ignorable()};

template <>
inline constexpr std::array kFields<ListGroupsResponse> = {
    Member<&ListGroupsResponse::throttle_time_ms>("throttleTimeMs").Since(1).Ignorable(),
    Member<&ListGroupsResponse::error_code>("errorCode"),
    Member<&ListGroupsResponse::groups>("groups")};

template <>
const Message& MessageOf<ListGroupsResponse>() {
  static constexpr Message kMessage = Describe<ListGroupsResponse>("ListGroupsResponse", 0, 5, 3);
  return kMessage;
}

}  // namespace rill::wire
