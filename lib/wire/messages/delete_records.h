#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Deletes what is below an offset of a partition; -1 is its high watermark.
struct DeleteRecordsRequest {
  struct DeleteRecordsTopic {
    struct DeleteRecordsPartition {
      std::int32_t partition_index = 0;
      std::int64_t offset = 0;
    };

    std::string name;
    std::vector<DeleteRecordsPartition> partitions;
  };

  std::vector<DeleteRecordsTopic> topics;
  std::int32_t timeout_ms = 0;
};
template <>
const Message& MessageOf<DeleteRecordsRequest>();

// Where each partition begins now; -1 where it failed.
struct DeleteRecordsResponse {
  struct DeleteRecordsTopicResult {
    struct DeleteRecordsPartitionResult {
      std::int32_t partition_index = 0;
      std::int64_t low_watermark = 0;
      ErrorCode error_code = ErrorCode::kNone;
    };

    std::string name;
    std::vector<DeleteRecordsPartitionResult> partitions;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DeleteRecordsTopicResult> topics;
};
template <>
const Message& MessageOf<DeleteRecordsResponse>();

}  // namespace rill::wire
