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
  struct Topic {
    struct Assignment {
      std::vector<std::int32_t> broker_ids;

      bool operator==(const Assignment&) const = default;
    };

    std::string name;
    std::int32_t count = 0;
    std::optional<std::vector<Assignment>> assignments = std::vector<Assignment>();

    bool operator==(const Topic&) const = default;
  };

  std::vector<Topic> topics;
  std::int32_t timeout_ms = 0;
  bool validate_only = false;

  bool operator==(const CreatePartitionsRequest&) const = default;
};
template <>
const Message& MessageOf<CreatePartitionsRequest>();

// Whether each topic has them.
struct CreatePartitionsResponse {
  struct Topic {
    std::string name;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message;

    bool operator==(const Topic&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> results;

  bool operator==(const CreatePartitionsResponse&) const = default;
};
template <>
const Message& MessageOf<CreatePartitionsResponse>();

}  // namespace rill::wire
