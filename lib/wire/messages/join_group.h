#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Joins a group of the classic protocol, or says that one is still there and what it now
// understands. From version 4 on a member without an id is given one and joins again (KIP-394);
// an instance id makes it static (KIP-345).
struct JoinGroupRequest {
  struct Protocol {
    std::string name;
    std::string metadata;

    bool operator==(const Protocol&) const = default;
  };

  std::string group_id;
  std::int32_t session_timeout_ms = 0;
  std::int32_t rebalance_timeout_ms = -1;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::string protocol_type;
  std::vector<Protocol> protocols;
  std::optional<std::string> reason;

  bool operator==(const JoinGroupRequest&) const = default;
};
template <>
const Message& MessageOf<JoinGroupRequest>();

// The generation that one is in. Only the leader is told of the members, for it assigns the
// partitions.
struct JoinGroupResponse {
  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string metadata;

    bool operator==(const Member&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::int32_t generation_id = -1;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name = "";
  std::string leader;
  bool skip_assignment = false;
  std::string member_id;
  std::vector<Member> members;

  bool operator==(const JoinGroupResponse&) const = default;
};
template <>
const Message& MessageOf<JoinGroupResponse>();

}  // namespace rill::wire
