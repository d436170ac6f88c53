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
  struct Topic {
    std::optional<std::string> name;
    base::Uuid topic_id;

    bool operator==(const Topic&) const = default;
  };

  std::vector<Topic> topics;
  std::vector<std::string> topic_names;
  std::int32_t timeout_ms = 0;

  bool operator==(const DeleteTopicsRequest&) const = default;
};
template <>
const Message& MessageOf<DeleteTopicsRequest>();

// Whether each topic was deleted.
struct DeleteTopicsResponse {
  struct Topic {
    std::optional<std::string> name = "";
    base::Uuid topic_id;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message;

    bool operator==(const Topic&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> responses;

  bool operator==(const DeleteTopicsResponse&) const = default;
};
template <>
const Message& MessageOf<DeleteTopicsResponse>();

}  // namespace rill::wire
