#pragma once

#include <cstdint>

namespace rill::net {

// Kafka's numbers for the kinds of things that have configs (ConfigResource.Type).
enum class ConfigResource : std::int8_t {
  kTopic = 2,
  kBroker = 4,
  kBrokerLogger = 8,
  kClientMetrics = 16,
  kGroup = 32,
};

}  // namespace rill::net
