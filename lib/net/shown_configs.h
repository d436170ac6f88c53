#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/config_spec.h"
#include "net/call.h"
#include "rill/topic.h"
#include "wire/messages/describe_configs.h"

namespace rill::net {

// Kafka's number for where a config's value comes from (DescribeConfigsResponse.ConfigSource).
constexpr std::int8_t WireSource(ConfigSource source) {
  switch (source) {
    case ConfigSource::kDynamicTopicConfig:
      return 1;
    case ConfigSource::kDynamicBrokerConfig:
      return 2;
    case ConfigSource::kDynamicDefaultBrokerConfig:
      return 3;
    case ConfigSource::kStaticBrokerConfig:
      return 4;
    case ConfigSource::kDefaultConfig:
      return 5;
  }
  return 0;
}

// Kafka's number for a config's type (DescribeConfigsResponse.ConfigType).
constexpr std::int8_t WireType(engine::ConfigType type) {
  switch (type) {
    case engine::ConfigType::kBoolean:
      return 1;
    case engine::ConfigType::kString:
      return 2;
    case engine::ConfigType::kInt:
      return 3;
    case engine::ConfigType::kLong:
      return 5;
    case engine::ConfigType::kDouble:
      return 6;
    case engine::ConfigType::kList:
      return 7;
  }
  return 0;
}

inline constexpr std::int8_t kUnknownWireType = 0;
inline constexpr std::int8_t kClientMetricsWireSource = 7;
inline constexpr std::int8_t kGroupWireSource = 8;

using ShownConfig = wire::DescribeConfigsResponse::Resource::Config;

// What is shown of a config besides its value.
struct ShownParts {
  bool synonyms = false;  // the places that its value could come from, the one that holds first
  bool documentation = false;
};

// All configs of the topic, by name.
std::vector<ShownConfig> ShowTopicConfigs(const NodeContext& node, const TopicDescription& topic,
                                          const ShownParts& parts);
// All of the node and its engine, by name, what it shows of itself beside them, and what else was
// set for the broker.
std::vector<ShownConfig> ShowNodeConfigs(const NodeContext& node, const ShownParts& parts);
// All of a subscription to clients' metrics, which need not be there.
std::vector<ShownConfig> ShowClientMetricsConfigs(const NodeContext& node, const std::string& name,
                                                  const ShownParts& parts);
// All of a group, which need not be there, by name; what Kafka keeps to itself where it is set.
std::vector<ShownConfig> ShowGroupConfigs(const NodeContext& node, const std::string& group,
                                          const ShownParts& parts);
// What was set for all brokers, by name.
std::vector<ShownConfig> ShowClusterConfigs(const NodeContext& node, const ShownParts& parts);

}  // namespace rill::net
