#pragma once

#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/config_spec.h"
#include "engine/engine_config.h"
#include "engine/group/consumer_group_events.h"

namespace rill::engine {

// The configs that consumer groups have: Kafka's resources of the type GROUP, kept as configs of
// "group/ID". A group need not be there to have some, and they stay when it is deleted.
inline constexpr std::string_view kGroupResources = "group/";

// In order of name. docs/reference/configs.md shows them; a test keeps it equal to this table.
struct GroupConfigSpec {
  ConfigSpec spec;
  // The config of Kafka's brokers that says the same of all groups, also where this engine has no
  // such; empty where Kafka has none either. It begins as the group's does.
  std::string_view synonym = {};
  bool is_internal = false;  // not shown unless it is set, as with Kafka
};

std::span<const GroupConfigSpec> GroupConfigSpecs();
// Null when there is no such config.
const GroupConfigSpec* FindGroupConfig(std::string_view name);

// What a group sets, checked one by one and against each other, with values trimmed.
// InvalidArgument (INVALID_CONFIG) names what is unknown or out of the range that `broker` lets
// groups have.
absl::StatusOr<ConfigMap> CheckGroupConfigs(const ConfigMap& configs, const EngineConfig& broker);

// What the group sets of its members' times. Was it set when the broker let groups have more, or
// less, the nearest that it lets them have now holds, as with Kafka.
ConsumerGroupTimes ConsumerGroupTimesOf(const ConfigMap& configs, const EngineConfig& broker);

}  // namespace rill::engine
