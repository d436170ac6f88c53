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
  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::optional<std::string> reason;

    bool operator==(const Member&) const = default;
  };

  std::string group_id;
  std::string member_id;
  std::vector<Member> members;

  bool operator==(const LeaveGroupRequest&) const = default;
};
template <>
const Message& MessageOf<LeaveGroupRequest>();

// Whether each member left.
struct LeaveGroupResponse {
  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id = "";
    ErrorCode error_code = ErrorCode::kNone;

    bool operator==(const Member&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<Member> members;

  bool operator==(const LeaveGroupResponse&) const = default;
};
template <>
const Message& MessageOf<LeaveGroupResponse>();

}  // namespace rill::wire
