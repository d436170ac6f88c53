#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Sets the configs of resources: those that are not named get their defaults.
struct AlterConfigsRequest {
  struct AlterConfigsResource {
    struct AlterableConfig {
      std::string name;
      std::optional<std::string> value = "";
    };

    std::int8_t resource_type = 0;
    std::string resource_name;
    std::vector<AlterableConfig> configs;
  };

  std::vector<AlterConfigsResource> resources;
  bool validate_only = false;
};
template <>
const Message& MessageOf<AlterConfigsRequest>();

// Whether each resource was altered.
struct AlterConfigsResponse {
  struct AlterConfigsResourceResponse {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message = "";
    std::int8_t resource_type = 0;
    std::string resource_name;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<AlterConfigsResourceResponse> responses;
};
template <>
const Message& MessageOf<AlterConfigsResponse>();

}  // namespace rill::wire
