#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks who writes into partitions with a producer id.
struct DescribeProducersRequest {
  struct Topic {
    std::string name;
    std::vector<std::int32_t> partition_indexes;

    bool operator==(const Topic&) const = default;
  };

  std::vector<Topic> topics;

  bool operator==(const DescribeProducersRequest&) const = default;
};
template <>
const Message& MessageOf<DescribeProducersRequest>();

// Producers, and how far each has come.
struct DescribeProducersResponse {
  struct Topic {
    struct Partition {
      struct Producer {
        std::int64_t producer_id = 0;
        std::int32_t producer_epoch = 0;
        std::int32_t last_sequence = -1;
        std::int64_t last_timestamp = -1;
        std::int32_t coordinator_epoch = 0;
        std::int64_t current_txn_start_offset = -1;

        bool operator==(const Producer&) const = default;
      };

      std::int32_t partition_index = 0;
      ErrorCode error_code = ErrorCode::kNone;
      std::optional<std::string> error_message;
      std::vector<Producer> active_producers;

      bool operator==(const Partition&) const = default;
    };

    std::string name;
    std::vector<Partition> partitions;

    bool operator==(const Topic&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  bool operator==(const DescribeProducersResponse&) const = default;
};
template <>
const Message& MessageOf<DescribeProducersResponse>();

}  // namespace rill::wire
