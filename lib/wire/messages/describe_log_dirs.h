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
  struct Topic {
    std::string topic;
    std::vector<std::int32_t> partitions;

    bool operator==(const Topic&) const = default;
  };

  std::optional<std::vector<Topic>> topics = std::vector<Topic>();

  bool operator==(const DescribeLogDirsRequest&) const = default;
};
template <>
const Message& MessageOf<DescribeLogDirsRequest>();

// Folders, their room, and the logs in them.
struct DescribeLogDirsResponse {
  struct LogDir {
    struct Topic {
      struct Partition {
        std::int32_t partition_index = 0;
        std::int64_t partition_size = 0;
        std::int64_t offset_lag = 0;
        bool is_future_key = false;

        bool operator==(const Partition&) const = default;
      };

      std::string name;
      std::vector<Partition> partitions;

      bool operator==(const Topic&) const = default;
    };

    ErrorCode error_code = ErrorCode::kNone;
    std::string log_dir;
    std::vector<Topic> topics;
    std::int64_t total_bytes = -1;
    std::int64_t usable_bytes = -1;
    bool is_cordoned = false;

    bool operator==(const LogDir&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<LogDir> results;

  bool operator==(const DescribeLogDirsResponse&) const = default;
};
template <>
const Message& MessageOf<DescribeLogDirsResponse>();

}  // namespace rill::wire
