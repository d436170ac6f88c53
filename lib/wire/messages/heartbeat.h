#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Says that a member is alive.
struct HeartbeatRequest {
  std::string group_id;
  std::int32_t generation_id = 0;
  std::string member_id;
  std::optional<std::string> group_instance_id;

  bool operator==(const HeartbeatRequest&) const = default;
};
template <>
const Message& MessageOf<HeartbeatRequest>();

// Whether the member's generation goes on.
struct HeartbeatResponse {
  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;

  bool operator==(const HeartbeatResponse&) const = default;
};
template <>
const Message& MessageOf<HeartbeatResponse>();

}  // namespace rill::wire
