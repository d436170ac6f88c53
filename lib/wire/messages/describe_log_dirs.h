#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks for the folders that logs are in, and how large these are.
struct DescribeLogDirsRequest {
  struct DescribableLogDirTopic {
    std::string topic;
    std::vector<std::int32_t> partitions;
  };

  std::optional<std::vector<DescribableLogDirTopic>> topics = std::vector<DescribableLogDirTopic>();
};
template <>
const Message& MessageOf<DescribeLogDirsRequest>();

// Folders, their room, and the logs in them.
struct DescribeLogDirsResponse {
  struct DescribeLogDirsResult {
    struct DescribeLogDirsTopic {
      struct DescribeLogDirsPartition {
        std::int32_t partition_index = 0;
        std::int64_t partition_size = 0;
        std::int64_t offset_lag = 0;
        bool is_future_key = false;
      };

      std::string name;
      std::vector<DescribeLogDirsPartition> partitions;
    };

    ErrorCode error_code = ErrorCode::kNone;
    std::string log_dir;
    std::vector<DescribeLogDirsTopic> topics;
    std::int64_t total_bytes = -1;
    std::int64_t usable_bytes = -1;
    bool is_cordoned = false;
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<DescribeLogDirsResult> results;
};
template <>
const Message& MessageOf<DescribeLogDirsResponse>();

}  // namespace rill::wire
