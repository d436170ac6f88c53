#include "engine/group_configs.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "fmt/format.h"

namespace rill::engine {
namespace {

constexpr std::string_view kSessionTimeout = "consumer.session.timeout.ms";
constexpr std::string_view kHeartbeatInterval = "consumer.heartbeat.interval.ms";

ConfigSpec Within(ConfigSpec spec, absl::Duration min, absl::Duration max) {
  spec.min = absl::ToDoubleMilliseconds(min);
  spec.max = absl::ToDoubleMilliseconds(max);
  return spec;
}

// With the range that the broker lets groups have, where it has a say in it.
ConfigSpec WithRange(const ConfigSpec& spec, const EngineConfig& broker) {
  if (spec.name == kSessionTimeout) {
    return Within(spec, broker.consumer_min_session_timeout, broker.consumer_max_session_timeout);
  }
  if (spec.name == kHeartbeatInterval) {
    return Within(spec, broker.consumer_min_heartbeat_interval,
                  broker.consumer_max_heartbeat_interval);
  }
  return spec;
}

std::optional<absl::Duration> TimeSet(const ConfigMap& configs, std::string_view name,
                                      const EngineConfig& broker) {
  const auto set = configs.find(std::string(name));
  if (set == configs.end()) return std::nullopt;
  const ConfigSpec spec = WithRange(FindGroupConfig(name)->spec, broker);
  return absl::Milliseconds(std::clamp(ConfigInteger(set->second),
                                       static_cast<std::int64_t>(spec.min),
                                       static_cast<std::int64_t>(spec.max)));
}

}  // namespace

const GroupConfigSpec* FindGroupConfig(std::string_view name) {
  const auto specs = GroupConfigSpecs();
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const GroupConfigSpec& config) {
    return config.spec.name == name;
  });
  return found == specs.end() ? nullptr : &*found;
}

absl::StatusOr<ConfigMap> CheckGroupConfigs(const ConfigMap& configs, const EngineConfig& broker) {
  ConfigMap checked;
  for (const auto& [name, text] : configs) {
    const GroupConfigSpec* const config = FindGroupConfig(name);
    if (config == nullptr) return ConfigError(fmt::format("Unknown group config name: {}", name));
    auto value = CheckConfigValue(WithRange(config->spec, broker), text);
    if (!value.ok()) return value.status();
    checked.emplace(name, *std::move(value));
  }
  const ConsumerGroupTimes times = ConsumerGroupTimesOf(checked, broker);
  if (times.heartbeat_interval.value_or(broker.consumer_heartbeat_interval) >=
      times.session_timeout.value_or(broker.consumer_session_timeout)) {
    return ConfigError(
        fmt::format("{} must be greater than {}", kSessionTimeout, kHeartbeatInterval));
  }
  return checked;
}

ConsumerGroupTimes ConsumerGroupTimesOf(const ConfigMap& configs, const EngineConfig& broker) {
  return {.session_timeout = TimeSet(configs, kSessionTimeout, broker),
          .heartbeat_interval = TimeSet(configs, kHeartbeatInterval, broker)};
}

}  // namespace rill::engine
