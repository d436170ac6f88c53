#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks where epochs of leaders ended, to find out what was cut off (KIP-101, KIP-320).
struct OffsetForLeaderEpochRequest {
  struct OffsetForLeaderTopic {
    struct OffsetForLeaderPartition {
      std::int32_t partition = 0;
      std::int32_t current_leader_epoch = -1;
      std::int32_t leader_epoch = 0;
    };

    std::string topic;
    std::vector<OffsetForLeaderPartition> partitions;
  };

  std::int32_t replica_id = -2;
  std::vector<OffsetForLeaderTopic> topics;
};
template <>
const Message& MessageOf<OffsetForLeaderEpochRequest>();

// The largest epoch up to the one asked for, and the offset at which it ended.
struct OffsetForLeaderEpochResponse {
  struct OffsetForLeaderTopicResult {
    struct EpochEndOffset {
      ErrorCode error_code = ErrorCode::kNone;
      std::int32_t partition = 0;
      std::int32_t leader_epoch = -1;
      std::int64_t end_offset = -1;
    };

    std::string topic;
    std::vector<EpochEndOffset> partitions;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<OffsetForLeaderTopicResult> topics;
};
template <>
const Message& MessageOf<OffsetForLeaderEpochResponse>();

}  // namespace rill::wire
