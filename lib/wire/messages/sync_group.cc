#include "wire/messages/sync_group.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<SyncGroupRequest::Assignment> = {
    Member<&SyncGroupRequest::Assignment::member_id>("memberId"),
    Member<&SyncGroupRequest::Assignment::assignment>("assignment").AsBytes()};

template <>
inline constexpr std::array kFields<SyncGroupRequest> = {
    Member<&SyncGroupRequest::group_id>("groupId"),
    Member<&SyncGroupRequest::generation_id>("generationId"),
    Member<&SyncGroupRequest::member_id>("memberId"),
    Member<&SyncGroupRequest::group_instance_id>("groupInstanceId").Since(3).Nullable(3),
    Member<&SyncGroupRequest::protocol_type>("protocolType").Since(5).Nullable(5).Ignorable(),
    Member<&SyncGroupRequest::protocol_name>("protocolName").Since(5).Nullable(5).Ignorable(),
    Member<&SyncGroupRequest::assignments>("assignments")};

template <>
const Message& MessageOf<SyncGroupRequest>() {
  static constexpr Message kMessage = Describe<SyncGroupRequest>("SyncGroupRequest", 0, 5, 4);
  return kMessage;
}

template <>
inline constexpr std::array kFields<SyncGroupResponse> = {
    Member<&SyncGroupResponse::throttle_time_ms>("throttleTimeMs").Since(1).Ignorable(),
    Member<&SyncGroupResponse::error_code>("errorCode"),
    Member<&SyncGroupResponse::protocol_type>("protocolType").Since(5).Nullable(5).Ignorable(),
    Member<&SyncGroupResponse::protocol_name>("protocolName").Since(5).Nullable(5).Ignorable(),
    Member<&SyncGroupResponse::assignment>("assignment").AsBytes()};

template <>
const Message& MessageOf<SyncGroupResponse>() {
  static constexpr Message kMessage = Describe<SyncGroupResponse>("SyncGroupResponse", 0, 5, 4);
  return kMessage;
}

}  // namespace rill::wire
