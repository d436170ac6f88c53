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
  struct Resource {
    struct Config {
      std::string name;
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

  bool operator==(const AlterConfigsRequest&) const = default;
};
template <>
const Message& MessageOf<AlterConfigsRequest>();

// Whether each resource was altered.
struct AlterConfigsResponse {
  struct Resource {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message = "";
    std::int8_t resource_type = 0;
    std::string resource_name;

    bool operator==(const Resource&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Resource> responses;

  bool operator==(const AlterConfigsResponse&) const = default;
};
template <>
const Message& MessageOf<AlterConfigsResponse>();

}  // namespace rill::wire
