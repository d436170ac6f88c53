#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks for configs of topics (`resource_type` 2), brokers (4) and others; null keys are all.
struct DescribeConfigsRequest {
  struct Resource {
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::optional<std::vector<std::string>> configuration_keys = std::vector<std::string>();

    bool operator==(const Resource&) const = default;
  };

  std::vector<Resource> resources;
  bool include_synonyms = false;
  bool include_documentation = false;

  bool operator==(const DescribeConfigsRequest&) const = default;
};
template <>
const Message& MessageOf<DescribeConfigsRequest>();

// Configs, where their values are from, and what they would be otherwise.
struct DescribeConfigsResponse {
  struct Resource {
    struct Config {
      struct Synonym {
        std::string name;
        std::optional<std::string> value = "";
        std::int8_t source = 0;

        bool operator==(const Synonym&) const = default;
      };

      std::string name;
      std::optional<std::string> value = "";
      bool read_only = false;
      std::int8_t config_source = -1;
      bool is_sensitive = false;
      std::vector<Synonym> synonyms;
      std::int8_t config_type = 0;
      std::optional<std::string> documentation = "";

      bool operator==(const Config&) const = default;
    };

    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message = "";
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::vector<Config> configs;

    bool operator==(const Resource&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Resource> results;

  bool operator==(const DescribeConfigsResponse&) const = default;
};
template <>
const Message& MessageOf<DescribeConfigsResponse>();

}  // namespace rill::wire
