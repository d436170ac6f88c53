#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks for one's assignment; the leader brings those of all.
struct SyncGroupRequest {
  struct Assignment {
    std::string member_id;
    std::string assignment;

    bool operator==(const Assignment&) const = default;
  };

  std::string group_id;
  std::int32_t generation_id = 0;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::vector<Assignment> assignments;

  bool operator==(const SyncGroupRequest&) const = default;
};
template <>
const Message& MessageOf<SyncGroupRequest>();

// The member's assignment, in the bytes of the group's protocol.
struct SyncGroupResponse {
  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::string assignment;

  bool operator==(const SyncGroupResponse&) const = default;
};
template <>
const Message& MessageOf<SyncGroupResponse>();

}  // namespace rill::wire
