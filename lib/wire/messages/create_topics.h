#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Makes topics, or only says whether it would.
struct CreateTopicsRequest {
  struct Topic {
    struct ReplicaAssignment {
      std::int32_t partition_index = 0;
      std::vector<std::int32_t> broker_ids;

      bool operator==(const ReplicaAssignment&) const = default;
    };

    struct Config {
      std::string name;
      std::optional<std::string> value = "";

      bool operator==(const Config&) const = default;
    };

    std::string name;
    std::int32_t num_partitions = 0;
    std::int16_t replication_factor = 0;
    std::vector<ReplicaAssignment> assignments;
    std::vector<Config> configs;

    bool operator==(const Topic&) const = default;
  };

  std::vector<Topic> topics;
  std::int32_t timeout_ms = 60000;
  bool validate_only = false;

  bool operator==(const CreateTopicsRequest&) const = default;
};
template <>
const Message& MessageOf<CreateTopicsRequest>();

// Whether each topic was made, and how. `topic_config_error_code` says why configs are missing.
struct CreateTopicsResponse {
  struct Topic {
    struct Config {
      std::string name;
      std::optional<std::string> value = "";
      bool read_only = false;
      std::int8_t config_source = -1;
      bool is_sensitive = false;

      bool operator==(const Config&) const = default;
    };

    std::string name;
    base::Uuid topic_id;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message = "";
    ErrorCode topic_config_error_code = ErrorCode::kNone;
    std::int32_t num_partitions = -1;
    std::int16_t replication_factor = -1;
    std::optional<std::vector<Config>> configs = std::vector<Config>();

    bool operator==(const Topic&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  bool operator==(const CreateTopicsResponse&) const = default;
};
template <>
const Message& MessageOf<CreateTopicsResponse>();

}  // namespace rill::wire
