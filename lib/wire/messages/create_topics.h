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
  struct CreatableTopic {
    struct CreatableReplicaAssignment {
      std::int32_t partition_index = 0;
      std::vector<std::int32_t> broker_ids;
    };

    struct CreatableTopicConfig {
      std::string name;
      std::optional<std::string> value = "";
    };

    std::string name;
    std::int32_t num_partitions = 0;
    std::int16_t replication_factor = 0;
    std::vector<CreatableReplicaAssignment> assignments;
    std::vector<CreatableTopicConfig> configs;
  };

  std::vector<CreatableTopic> topics;
  std::int32_t timeout_ms = 60000;
  bool validate_only = false;
};
template <>
const Message& MessageOf<CreateTopicsRequest>();

// Whether each topic was made, and how. `topic_config_error_code` says why configs are missing.
struct CreateTopicsResponse {
  struct CreatableTopicResult {
    struct CreatableTopicConfigs {
      std::string name;
      std::optional<std::string> value = "";
      bool read_only = false;
      std::int8_t config_source = -1;
      bool is_sensitive = false;
    };

    std::string name;
    base::Uuid topic_id;
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message = "";
    ErrorCode topic_config_error_code = ErrorCode::kNone;
    std::int32_t num_partitions = -1;
    std::int16_t replication_factor = -1;
    std::optional<std::vector<CreatableTopicConfigs>> configs =
        std::vector<CreatableTopicConfigs>();
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<CreatableTopicResult> topics;
};
template <>
const Message& MessageOf<CreateTopicsResponse>();

}  // namespace rill::wire
