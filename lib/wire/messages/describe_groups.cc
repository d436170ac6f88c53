#include "wire/messages/describe_groups.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<DescribeGroupsRequest> = {
    Member<&DescribeGroupsRequest::groups>("groups"),
    Member<&DescribeGroupsRequest::include_authorized_operations>("includeAuthorizedOperations")
        .Since(3)};

template <>
const Message& MessageOf<DescribeGroupsRequest>() {
  static constexpr Message kMessage =
      Describe<DescribeGroupsRequest>("DescribeGroupsRequest", 0, 6, 5);
  return kMessage;
}

template <>
inline constexpr std::array kFields<DescribeGroupsResponse::Group::Member> = {
    Member<&DescribeGroupsResponse::Group::Member::member_id>("memberId"),
    Member<&DescribeGroupsResponse::Group::Member::group_instance_id>("groupInstanceId")
        .Since(4)
        .Nullable(4)
        .Ignorable(),
    Member<&DescribeGroupsResponse::Group::Member::client_id>("clientId"),
    Member<&DescribeGroupsResponse::Group::Member::client_host>("clientHost"),
    Member<&DescribeGroupsResponse::Group::Member::member_metadata>("memberMetadata").AsBytes(),
    Member<&DescribeGroupsResponse::Group::Member::member_assignment>("memberAssignment")
        .AsBytes()};

template <>
inline constexpr std::array kFields<DescribeGroupsResponse::Group> = {
    Member<&DescribeGroupsResponse::Group::error_code>("errorCode"),
    Member<&DescribeGroupsResponse::Group::error_message>("errorMessage").Since(6).Nullable(6),
    Member<&DescribeGroupsResponse::Group::group_id>("groupId"),
    Member<&DescribeGroupsResponse::Group::group_state>("groupState"),
    Member<&DescribeGroupsResponse::Group::protocol_type>("protocolType"),
    Member<&DescribeGroupsResponse::Group::protocol_data>("protocolData"),
    Member<&DescribeGroupsResponse::Group::members>("members"),
    Member<&DescribeGroupsResponse::Group::authorized_operations>("authorizedOperations").Since(3)};

template <>
inline constexpr std::array kFields<DescribeGroupsResponse> = {
    Member<&DescribeGroupsResponse::throttle_time_ms>("throttleTimeMs").Since(1).Ignorable(),
    Member<&DescribeGroupsResponse::groups>("groups")};

template <>
const Message& MessageOf<DescribeGroupsResponse>() {
  static constexpr Message kMessage =
      Describe<DescribeGroupsResponse>("DescribeGroupsResponse", 0, 6, 5);
  return kMessage;
}

}  // namespace rill::wire
