#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks for the resources that have configs of their own (KIP-1142).
struct ListConfigResourcesRequest {
  std::vector<std::int8_t> resource_types;

  bool operator==(const ListConfigResourcesRequest&) const = default;
};
template <>
const Message& MessageOf<ListConfigResourcesRequest>();

// Their names and types.
struct ListConfigResourcesResponse {
  struct ConfigResource {
    std::string resource_name;
    std::int8_t resource_type = 16;

    bool operator==(const ConfigResource&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<ConfigResource> config_resources;

  bool operator==(const ListConfigResourcesResponse&) const = default;
};
template <>
const Message& MessageOf<ListConfigResourcesResponse>();

}  // namespace rill::wire
