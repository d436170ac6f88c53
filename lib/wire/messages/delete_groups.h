#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Deletes groups with their offsets.
struct DeleteGroupsRequest {
  std::vector<std::string> groups_names;
};
template <>
const Message& MessageOf<DeleteGroupsRequest>();

// Whether each group was deleted.
struct DeleteGroupsResponse {
  struct DeletableGroupResult {
    std::string group_id;
    ErrorCode error_code = ErrorCode::kNone;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DeletableGroupResult> results;
};
template <>
const Message& MessageOf<DeleteGroupsResponse>();

}  // namespace rill::wire
