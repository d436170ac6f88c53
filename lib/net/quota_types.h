#pragma once

#include <string_view>

#include "engine/quota/quota_entity.h"

namespace rill::net {

// Kafka's third kind of those that quotas bind: an address.
inline constexpr char kIpEntity[] = "ip";

inline bool IsQuotaType(std::string_view type) {
  return type == engine::kUserEntity || type == engine::kClientIdEntity || type == kIpEntity;
}

}  // namespace rill::net
