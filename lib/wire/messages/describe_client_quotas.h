#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks for quotas of users, clients and addresses (KIP-546).
struct DescribeClientQuotasRequest {
  struct ComponentData {
    std::string entity_type;
    std::int8_t match_type = 0;
    std::optional<std::string> match = "";
  };

  std::vector<ComponentData> components;
  bool strict = false;
};
template <>
const Message& MessageOf<DescribeClientQuotasRequest>();

// Quotas, by whom they bind.
struct DescribeClientQuotasResponse {
  struct EntryData {
    struct EntityData {
      std::string entity_type;
      std::optional<std::string> entity_name = "";
    };

    struct ValueData {
      std::string key;
      double value = 0;
    };

    std::vector<EntityData> entity;
    std::vector<ValueData> values;
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> error_message = "";
  std::optional<std::vector<EntryData>> entries = std::vector<EntryData>();
};
template <>
const Message& MessageOf<DescribeClientQuotasResponse>();

}  // namespace rill::wire
