#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks for the groups that a broker coordinates, of these states and types if any are named.
struct ListGroupsRequest {
  std::vector<std::string> states_filter;
  std::vector<std::string> types_filter;

  bool operator==(const ListGroupsRequest&) const = default;
};
template <>
const Message& MessageOf<ListGroupsRequest>();

// Ids, protocol types, states and types of groups.
struct ListGroupsResponse {
  struct Group {
    std::string group_id;
    std::string protocol_type;
    std::string group_state;
    std::string group_type;

    bool operator==(const Group&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<Group> groups;

  bool operator==(const ListGroupsResponse&) const = default;
};
template <>
const Message& MessageOf<ListGroupsResponse>();

}  // namespace rill::wire
