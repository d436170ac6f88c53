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
  struct EntryData {
    struct EntityData {
      std::string entity_type;
      std::optional<std::string> entity_name = "";
    };

    struct OpData {
      std::string key;
      double value = 0;
      bool remove = false;
    };

    std::vector<EntityData> entity;
    std::vector<OpData> ops;
  };

  std::vector<EntryData> entries;
  bool validate_only = false;
};
template <>
const Message& MessageOf<AlterClientQuotasRequest>();

// Whether each was altered.
struct AlterClientQuotasResponse {
  struct EntryData {
    struct EntityData {
      std::string entity_type;
      std::optional<std::string> entity_name = "";
    };

    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message = "";
    std::vector<EntityData> entity;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<EntryData> entries;
};
template <>
const Message& MessageOf<AlterClientQuotasResponse>();

}  // namespace rill::wire
