#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Leaves a group: one member up to version 2, several from version 3 on.
struct LeaveGroupRequest {
  struct MemberIdentity {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::optional<std::string> reason;
  };

  std::string group_id;
  std::string member_id;
  std::vector<MemberIdentity> members;
};
template <>
const Message& MessageOf<LeaveGroupRequest>();

// Whether each member left.
struct LeaveGroupResponse {
  struct MemberResponse {
    std::string member_id;
    std::optional<std::string> group_instance_id = "";
    ErrorCode error_code = ErrorCode::kNone;
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<MemberResponse> members;
};
template <>
const Message& MessageOf<LeaveGroupResponse>();

}  // namespace rill::wire
