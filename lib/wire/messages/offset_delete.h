#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Deletes committed offsets of a group.
struct OffsetDeleteRequest {
  struct OffsetDeleteRequestTopic {
    struct OffsetDeleteRequestPartition {
      std::int32_t partition_index = 0;
    };

    std::string name;
    std::vector<OffsetDeleteRequestPartition> partitions;
  };

  std::string group_id;
  std::vector<OffsetDeleteRequestTopic> topics;
};
template <>
const Message& MessageOf<OffsetDeleteRequest>();

// Whether each offset was deleted.
struct OffsetDeleteResponse {
  struct OffsetDeleteResponseTopic {
    struct OffsetDeleteResponsePartition {
      std::int32_t partition_index = 0;
      ErrorCode error_code = ErrorCode::kNone;
    };

    std::string name;
    std::vector<OffsetDeleteResponsePartition> partitions;
  };

  ErrorCode error_code = ErrorCode::kNone;
  std::int32_t throttle_time_ms = 0;
  std::vector<OffsetDeleteResponseTopic> topics;
};
template <>
const Message& MessageOf<OffsetDeleteResponse>();

}  // namespace rill::wire
