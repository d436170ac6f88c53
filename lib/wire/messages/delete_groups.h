#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Deletes groups with their offsets.
struct DeleteGroupsRequest {
  std::vector<std::string> groups_names;

  bool operator==(const DeleteGroupsRequest&) const = default;
};
template <>
const Message& MessageOf<DeleteGroupsRequest>();

// Whether each group was deleted.
struct DeleteGroupsResponse {
  struct Group {
    std::string group_id;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message = {};

    bool operator==(const Group&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Group> results;

  bool operator==(const DeleteGroupsResponse&) const = default;
};
template <>
const Message& MessageOf<DeleteGroupsResponse>();

}  // namespace rill::wire
