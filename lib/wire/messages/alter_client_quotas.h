#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Sets and removes quotas.
struct AlterClientQuotasRequest {
  struct Entry {
    struct Entity {
      std::string entity_type;
      std::optional<std::string> entity_name = "";

      bool operator==(const Entity&) const = default;
    };

    struct Op {
      std::string key;
      double value = 0;
      bool remove = false;

      bool operator==(const Op&) const = default;
    };

    std::vector<Entity> entity;
    std::vector<Op> ops;

    bool operator==(const Entry&) const = default;
  };

  std::vector<Entry> entries;
  bool validate_only = false;

  bool operator==(const AlterClientQuotasRequest&) const = default;
};
template <>
const Message& MessageOf<AlterClientQuotasRequest>();

// Whether each was altered.
struct AlterClientQuotasResponse {
  struct Entry {
    struct Entity {
      std::string entity_type;
      std::optional<std::string> entity_name = "";

      bool operator==(const Entity&) const = default;
    };

    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message = "";
    std::vector<Entity> entity;

    bool operator==(const Entry&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Entry> entries;

  bool operator==(const AlterClientQuotasResponse&) const = default;
};
template <>
const Message& MessageOf<AlterClientQuotasResponse>();

}  // namespace rill::wire
