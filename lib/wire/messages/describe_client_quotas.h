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
  struct Component {
    std::string entity_type;
    std::int8_t match_type = 0;
    std::optional<std::string> match = "";

    bool operator==(const Component&) const = default;
  };

  std::vector<Component> components;
  bool strict = false;

  bool operator==(const DescribeClientQuotasRequest&) const = default;
};
template <>
const Message& MessageOf<DescribeClientQuotasRequest>();

// Quotas, by whom they bind.
struct DescribeClientQuotasResponse {
  struct Entry {
    struct Entity {
      std::string entity_type;
      std::optional<std::string> entity_name = "";

      bool operator==(const Entity&) const = default;
    };

    struct Value {
      std::string key;
      double value = 0;

      bool operator==(const Value&) const = default;
    };

    std::vector<Entity> entity;
    std::vector<Value> values;

    bool operator==(const Entry&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> error_message = "";
  std::optional<std::vector<Entry>> entries = std::vector<Entry>();

  bool operator==(const DescribeClientQuotasResponse&) const = default;
};
template <>
const Message& MessageOf<DescribeClientQuotasResponse>();

}  // namespace rill::wire
