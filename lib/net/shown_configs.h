#pragma once

#include <cstdint>

#include "rill/topic.h"

namespace rill::net {

// Kafka's number for where a config's value comes from (DescribeConfigsResponse.ConfigSource).
constexpr std::int8_t WireSource(ConfigSource source) {
  switch (source) {
    case ConfigSource::kDynamicTopicConfig:
      return 1;
    case ConfigSource::kStaticBrokerConfig:
      return 4;
    case ConfigSource::kDefaultConfig:
      return 5;
  }
  return 0;
}

}  // namespace rill::net
