#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Deletes topics: by name up to version 5, by name or id from version 6 on.
struct DeleteTopicsRequest {
  struct DeleteTopicState {
    std::optional<std::string> name;
    base::Uuid topic_id;
  };

  std::vector<DeleteTopicState> topics;
  std::vector<std::string> topic_names;
  std::int32_t timeout_ms = 0;
};
template <>
const Message& MessageOf<DeleteTopicsRequest>();

// Whether each topic was deleted.
struct DeleteTopicsResponse {
  struct DeletableTopicResult {
    std::optional<std::string> name = "";
    base::Uuid topic_id;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DeletableTopicResult> responses;
};
template <>
const Message& MessageOf<DeleteTopicsResponse>();

}  // namespace rill::wire
