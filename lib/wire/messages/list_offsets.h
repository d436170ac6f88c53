#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks for the offset of a time. Times below 0 stand for places: -1 the end, -2 the start, -3 the
// largest timestamp (from version 7 on), -4 the start of what is kept locally (8), -5 the end of
// what is in remote storage (9), -6 the start of what is not there yet (11).
struct ListOffsetsRequest {
  struct Topic {
    struct Partition {
      std::int32_t partition_index = 0;
      std::int32_t current_leader_epoch = -1;
      std::int64_t timestamp = 0;

      bool operator==(const Partition&) const = default;
    };

    std::string name;
    std::vector<Partition> partitions;

    bool operator==(const Topic&) const = default;
  };

  std::int32_t replica_id = 0;
  std::int8_t isolation_level = 0;
  std::vector<Topic> topics;
  std::int32_t timeout_ms = 0;

  bool operator==(const ListOffsetsRequest&) const = default;
};
template <>
const Message& MessageOf<ListOffsetsRequest>();

// The first record at that time or later: its offset and timestamp; -1 and -1 where there is
// none.
struct ListOffsetsResponse {
  struct Topic {
    struct Partition {
      std::int32_t partition_index = 0;
      ErrorCode error_code = ErrorCode::kNone;
      std::int64_t timestamp = -1;
      std::int64_t offset = -1;
      std::int32_t leader_epoch = -1;

      bool operator==(const Partition&) const = default;
    };

    std::string name;
    std::vector<Partition> partitions;

    bool operator==(const Topic&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  bool operator==(const ListOffsetsResponse&) const = default;
};
template <>
const Message& MessageOf<ListOffsetsResponse>();

}  // namespace rill::wire
