#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Gives topics more partitions.
struct CreatePartitionsRequest {
  struct CreatePartitionsTopic {
    struct CreatePartitionsAssignment {
      std::vector<std::int32_t> broker_ids;
    };

    std::string name;
    std::int32_t count = 0;
    std::optional<std::vector<CreatePartitionsAssignment>> assignments =
        std::vector<CreatePartitionsAssignment>();
  };

  std::vector<CreatePartitionsTopic> topics;
  std::int32_t timeout_ms = 0;
  bool validate_only = false;
};
template <>
const Message& MessageOf<CreatePartitionsRequest>();

// Whether each topic has them.
struct CreatePartitionsResponse {
  struct CreatePartitionsTopicResult {
    std::string name;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<CreatePartitionsTopicResult> results;
};
template <>
const Message& MessageOf<CreatePartitionsResponse>();

}  // namespace rill::wire
