#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Deletes committed offsets of a group.
struct OffsetDeleteRequest {
  struct Topic {
    struct Partition {
      std::int32_t partition_index = 0;

      bool operator==(const Partition&) const = default;
    };

    std::string name;
    std::vector<Partition> partitions;

    bool operator==(const Topic&) const = default;
  };

  std::string group_id;
  std::vector<Topic> topics;

  bool operator==(const OffsetDeleteRequest&) const = default;
};
template <>
const Message& MessageOf<OffsetDeleteRequest>();

// Whether each offset was deleted.
struct OffsetDeleteResponse {
  struct Topic {
    struct Partition {
      std::int32_t partition_index = 0;
      ErrorCode error_code = ErrorCode::kNone;

      bool operator==(const Partition&) const = default;
    };

    std::string name;
    std::vector<Partition> partitions;

    bool operator==(const Topic&) const = default;
  };

  ErrorCode error_code = ErrorCode::kNone;
  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  bool operator==(const OffsetDeleteResponse&) const = default;
};
template <>
const Message& MessageOf<OffsetDeleteResponse>();

}  // namespace rill::wire
