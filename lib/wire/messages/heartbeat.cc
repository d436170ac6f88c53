#include "wire/messages/heartbeat.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<HeartbeatRequest> = {
    Member<&HeartbeatRequest::group_id>("groupId"),
    Member<&HeartbeatRequest::generation_id>("generationId"),
    Member<&HeartbeatRequest::member_id>("memberId"),
    Member<&HeartbeatRequest::group_instance_id>("groupInstanceId").Since(3).Nullable(3)};

template <>
const Message& MessageOf<HeartbeatRequest>() {
  static constexpr Message kMessage = Describe<HeartbeatRequest>("HeartbeatRequest", 0, 4, 4);
  return kMessage;
}

template <>
inline constexpr std::array kFields<HeartbeatResponse> = {
    Member<&HeartbeatResponse::throttle_time_ms>("throttleTimeMs").Since(1).Ignorable(),
    Member<&HeartbeatResponse::error_code>("errorCode")};

template <>
const Message& MessageOf<HeartbeatResponse>() {
  static constexpr Message kMessage = Describe<HeartbeatResponse>("HeartbeatResponse", 0, 4, 4);
  return kMessage;
}

}  // namespace rill::wire
