#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Changes single configs of resources (KIP-339): sets (`config_operation` 0), deletes (1),
// appends to (2) or takes from (3) lists.
struct IncrementalAlterConfigsRequest {
  struct Resource {
    struct Config {
      std::string name;
      std::int8_t config_operation = 0;
      std::optional<std::string> value = "";

      bool operator==(const Config&) const = default;
    };

    std::int8_t resource_type = 0;
    std::string resource_name;
    std::vector<Config> configs;

    bool operator==(const Resource&) const = default;
  };

  std::vector<Resource> resources;
  bool validate_only = false;

  bool operator==(const IncrementalAlterConfigsRequest&) const = default;
};
template <>
const Message& MessageOf<IncrementalAlterConfigsRequest>();

// Whether each resource was altered.
struct IncrementalAlterConfigsResponse {
  struct Resource {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message = "";
    std::int8_t resource_type = 0;
    std::string resource_name;

    bool operator==(const Resource&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Resource> responses;

  bool operator==(const IncrementalAlterConfigsResponse&) const = default;
};
template <>
const Message& MessageOf<IncrementalAlterConfigsResponse>();

}  // namespace rill::wire
