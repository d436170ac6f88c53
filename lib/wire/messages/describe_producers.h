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
  struct TopicRequest {
    std::string name;
    std::vector<std::int32_t> partition_indexes;
  };

  std::vector<TopicRequest> topics;
};
template <>
const Message& MessageOf<DescribeProducersRequest>();

// Producers, and how far each has come.
struct DescribeProducersResponse {
  struct TopicResponse {
    struct PartitionResponse {
      struct ProducerState {
        std::int64_t producer_id = 0;
        std::int32_t producer_epoch = 0;
        std::int32_t last_sequence = -1;
        std::int64_t last_timestamp = -1;
        std::int32_t coordinator_epoch = 0;
        std::int64_t current_txn_start_offset = -1;
      };

      std::int32_t partition_index = 0;
      ErrorCode error_code = ErrorCode::kNone;
      std::optional<std::string> error_message;
      std::vector<ProducerState> active_producers;
    };

    std::string name;
    std::vector<PartitionResponse> partitions;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<TopicResponse> topics;
};
template <>
const Message& MessageOf<DescribeProducersResponse>();

}  // namespace rill::wire
