#include "wire/messages/join_group.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<JoinGroupRequest::Protocol> = {
    Member<&JoinGroupRequest::Protocol::name>("name"),
    Member<&JoinGroupRequest::Protocol::metadata>("metadata").AsBytes()};

template <>
inline constexpr std::array kFields<JoinGroupRequest> = {
    Member<&JoinGroupRequest::group_id>("groupId"),
    Member<&JoinGroupRequest::session_timeout_ms>("sessionTimeoutMs"),
    Member<&JoinGroupRequest::rebalance_timeout_ms>("rebalanceTimeoutMs").Since(1).Ignorable(),
    Member<&JoinGroupRequest::member_id>("memberId"),
    Member<&JoinGroupRequest::group_instance_id>("groupInstanceId").Since(5).Nullable(5),
    Member<&JoinGroupRequest::protocol_type>("protocolType"),
    Member<&JoinGroupRequest::protocols>("protocols"),
    Member<&JoinGroupRequest::reason>("reason").Since(8).Nullable(8).Ignorable()};

template <>
const Message& MessageOf<JoinGroupRequest>() {
  static constexpr Message kMessage = Describe<JoinGroupRequest>("JoinGroupRequest", 0, 9, 6);
  return kMessage;
}

template <>
inline constexpr std::array kFields<JoinGroupResponse::Member> = {
    Member<&JoinGroupResponse::Member::member_id>("memberId"),
    Member<&JoinGroupResponse::Member::group_instance_id>("groupInstanceId")
        .Since(5)
        .Nullable(5)
        .Ignorable(),
    Member<&JoinGroupResponse::Member::metadata>("metadata").AsBytes()};

template <>
inline constexpr std::array kFields<JoinGroupResponse> = {
    Member<&JoinGroupResponse::throttle_time_ms>("throttleTimeMs").Since(2).Ignorable(),
    Member<&JoinGroupResponse::error_code>("errorCode"),
    Member<&JoinGroupResponse::generation_id>("generationId"),
    Member<&JoinGroupResponse::protocol_type>("protocolType").Since(7).Nullable(7).Ignorable(),
    Member<&JoinGroupResponse::protocol_name>("protocolName").Nullable(7),
    Member<&JoinGroupResponse::leader>("leader"),
    Member<&JoinGroupResponse::skip_assignment>("skipAssignment").Since(9),
    Member<&JoinGroupResponse::member_id>("memberId"),
    Member<&JoinGroupResponse::members>("members")};

template <>
const Message& MessageOf<JoinGroupResponse>() {
  static constexpr Message kMessage = Describe<JoinGroupResponse>("JoinGroupResponse", 0, 9, 6);
  return kMessage;
}

}  // namespace rill::wire
