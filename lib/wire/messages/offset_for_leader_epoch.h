#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks where epochs of leaders ended, to find out what was cut off (KIP-101, KIP-320).
struct OffsetForLeaderEpochRequest {
  struct Topic {
    struct Partition {
      std::int32_t partition = 0;
      std::int32_t current_leader_epoch = -1;
      std::int32_t leader_epoch = 0;

      bool operator==(const Partition&) const = default;
    };

    std::string topic;
    std::vector<Partition> partitions;

    bool operator==(const Topic&) const = default;
  };

  std::int32_t replica_id = -2;
  std::vector<Topic> topics;

  bool operator==(const OffsetForLeaderEpochRequest&) const = default;
};
template <>
const Message& MessageOf<OffsetForLeaderEpochRequest>();

// The largest epoch up to the one asked for, and the offset at which it ended.
struct OffsetForLeaderEpochResponse {
  struct Topic {
    struct EpochEndOffset {
      ErrorCode error_code = ErrorCode::kNone;
      std::int32_t partition = 0;
      std::int32_t leader_epoch = -1;
      std::int64_t end_offset = -1;

      bool operator==(const EpochEndOffset&) const = default;
    };

    std::string topic;
    std::vector<EpochEndOffset> partitions;

    bool operator==(const Topic&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  bool operator==(const OffsetForLeaderEpochResponse&) const = default;
};
template <>
const Message& MessageOf<OffsetForLeaderEpochResponse>();

}  // namespace rill::wire
