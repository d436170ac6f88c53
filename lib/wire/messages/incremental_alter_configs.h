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
  struct AlterConfigsResource {
    struct AlterableConfig {
      std::string name;
      std::int8_t config_operation = 0;
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
const Message& MessageOf<IncrementalAlterConfigsRequest>();

// Whether each resource was altered.
struct IncrementalAlterConfigsResponse {
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
const Message& MessageOf<IncrementalAlterConfigsResponse>();

}  // namespace rill::wire
