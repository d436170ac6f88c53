#include "wire/messages/describe_groups.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using DescribedGroup = DescribeGroupsResponse::DescribedGroup;
using DescribedGroupMember = DescribeGroupsResponse::DescribedGroup::DescribedGroupMember;

}  // namespace

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
inline constexpr std::array kFields<DescribedGroupMember> = {
    Member<&DescribedGroupMember::member_id>("memberId"),
    Member<&DescribedGroupMember::group_instance_id>("groupInstanceId")
        .Since(4)
        .Nullable(4)
        .Ignorable(),
    Member<&DescribedGroupMember::client_id>("clientId"),
    Member<&DescribedGroupMember::client_host>("clientHost"),
    Member<&DescribedGroupMember::member_metadata>("memberMetadata").AsBytes(),
    Member<&DescribedGroupMember::member_assignment>("memberAssignment").AsBytes()};

template <>
inline constexpr std::array kFields<DescribedGroup> = {
    Member<&DescribedGroup::error_code>("errorCode"),
    Member<&DescribedGroup::error_message>("errorMessage").Since(6).Nullable(6),
    Member<&DescribedGroup::group_id>("groupId"),
    Member<&DescribedGroup::group_state>("groupState"),
    Member<&DescribedGroup::protocol_type>("protocolType"),
    Member<&DescribedGroup::protocol_data>("protocolData"),
    Member<&DescribedGroup::members>("members"),
    Member<&DescribedGroup::authorized_operations>("authorizedOperations").Since(3)};

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
