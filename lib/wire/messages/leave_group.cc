#include "wire/messages/leave_group.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<LeaveGroupRequest::Member> = {
    Member<&LeaveGroupRequest::Member::member_id>("memberId").Since(3),
    Member<&LeaveGroupRequest::Member::group_instance_id>("groupInstanceId").Since(3).Nullable(3),
    Member<&LeaveGroupRequest::Member::reason>("reason").Since(5).Nullable(5).Ignorable()};

template <>
inline constexpr std::array kFields<LeaveGroupRequest> = {
    Member<&LeaveGroupRequest::group_id>("groupId"),
    Member<&LeaveGroupRequest::member_id>("memberId").Until(2),
    Member<&LeaveGroupRequest::members>("members").Since(3)};

template <>
const Message& MessageOf<LeaveGroupRequest>() {
  static constexpr Message kMessage = Describe<LeaveGroupRequest>("LeaveGroupRequest", 0, 5, 4);
  return kMessage;
}

template <>
inline constexpr std::array kFields<LeaveGroupResponse::Member> = {
    Member<&LeaveGroupResponse::Member::member_id>("memberId").Since(3),
    Member<&LeaveGroupResponse::Member::group_instance_id>("groupInstanceId").Since(3).Nullable(3),
    Member<&LeaveGroupResponse::Member::error_code>("errorCode").Since(3)};

template <>
inline constexpr std::array kFields<LeaveGroupResponse> = {
    Member<&LeaveGroupResponse::throttle_time_ms>("throttleTimeMs").Since(1).Ignorable(),
    Member<&LeaveGroupResponse::error_code>("errorCode"),
    Member<&LeaveGroupResponse::members>("members").Since(3)};

template <>
const Message& MessageOf<LeaveGroupResponse>() {
  static constexpr Message kMessage = Describe<LeaveGroupResponse>("LeaveGroupResponse", 0, 5, 4);
  return kMessage;
}

}  // namespace rill::wire
