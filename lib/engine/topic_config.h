#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/config_spec.h"
#include "engine/engine_config.h"
#include "log/log_config.h"
#include "rill/topic.h"

namespace rill::engine {

// The configs that topics have: Kafka's, with Kafka's types, ranges and defaults, in order of name.
// docs/reference/configs.md shows them; a test keeps it equal to these tables.

// The engine-wide config that a topic config takes its value from where the topic sets none.
struct ConfigSynonym {
  std::string_view name;
  // What the engine-wide value is multiplied by: it may count in minutes or hours.
  std::int64_t unit = 1;
  bool is_limit = false;  // a negative value is none
};

struct TopicConfigSpec {
  ConfigSpec spec;
  std::span<const ConfigSynonym> synonyms = {};  // the first that is set holds
  // Of Kafka's config for all topics where this engine has none; empty where Kafka has none either.
  std::string_view kafkas_synonym = {};
};

std::span<const TopicConfigSpec> TopicConfigSpecs();
// Null when there is no such config.
const TopicConfigSpec* FindTopicConfig(std::string_view name);
// The same, of all that a topic may set: also what is not shown unless it is set.
const ConfigSpec* FindTopicConfigSpec(std::string_view name);

// `configs` checked one by one and against each other, as Kafka checks a new topic's: with values
// trimmed. InvalidArgument (INVALID_CONFIG) names the config that is unknown or out of range.
absl::StatusOr<ConfigMap> CheckTopicConfigs(const ConfigMap& configs, const EngineConfig& engine);

// `configs` with `changes` made to them; nullopt takes a config out. Errors as CheckTopicConfigs.
absl::StatusOr<ConfigMap> ChangeTopicConfigs(
    const ConfigMap& configs, const std::map<std::string, std::optional<std::string>>& changes,
    const EngineConfig& engine);

// The value that holds for each topic config, and where it comes from.
std::map<std::string, ConfigValue> ResolveTopicConfigs(const ConfigMap& configs,
                                                       const EngineConfig& engine);

// The same for the topic's logs. `configs` has been checked.
log::LogConfig ResolveLogConfig(const ConfigMap& configs, const EngineConfig& engine);

}  // namespace rill::engine
