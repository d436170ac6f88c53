#include "engine/engine_config.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/kafka_bytes.h"
#include "engine/group_configs.h"
#include "engine/topic_config.h"
#include "fmt/format.h"

namespace rill::engine {
namespace {

constexpr std::int64_t kNoBrokerId = -1;

const ConfigSpec* FindSpec(std::string_view name) {
  return FindConfigSpec(EngineConfigSpecs(), name);
}

bool Matches(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  pattern.remove_suffix(1);
  return name.starts_with(pattern);
}

// Why `name`, which is none of ours, is refused.
absl::Status Refusal(std::string_view name) {
  if (const RefusedConfig* const refused = FindRefusedEngineConfig(name)) {
    return ConfigError(fmt::format("Kafka's config {} does nothing here: {}; leave it out", name,
                                   refused->reason));
  }
  const TopicConfigSpec* const topic = FindTopicConfig(name);
  if (topic != nullptr && !topic->synonyms.empty()) {
    return ConfigError(fmt::format("{} is a config of topics; for all topics it is called {}", name,
                                   topic->synonyms.front().name));
  }
  const GroupConfigSpec* const group = FindGroupConfig(name);
  if (group != nullptr && FindSpec(group->synonym) != nullptr) {
    return ConfigError(fmt::format("{} is a config of groups; for all groups it is called {}", name,
                                   group->synonym));
  }
  std::vector<std::string_view> names;
  for (const ConfigSpec& spec : EngineConfigSpecs()) names.push_back(spec.name);
  return ConfigError(
      fmt::format("there is no engine-wide config \"{}\"{}", name, DidYouMean(name, names)));
}

std::string_view Text(const ConfigLayers& layers, std::string_view name) {
  const auto set = layers.Find(name);
  return set.empty() ? FindSpec(name)->default_value : set.front().value;
}

std::int64_t Value(const ConfigLayers& layers, std::string_view name) {
  return ConfigInteger(Text(layers, name));
}

absl::Duration Millis(const ConfigLayers& layers, std::string_view name) {
  return absl::Milliseconds(Value(layers, name));
}

absl::Status CheckEach(ConfigMap& values) {
  for (auto& [name, text] : values) {
    const ConfigSpec* const spec = FindSpec(name);
    if (spec == nullptr) return Refusal(name);
    auto value = CheckConfigValue(*spec, text);
    if (!value.ok()) return value.status();
    text = *std::move(value);
  }
  return absl::OkStatus();
}

absl::Status TakeNodeId(EngineConfig& config) {
  const std::string_view node = Text(config.layers, "node.id");
  const std::int64_t broker = Value(config.layers, "broker.id");
  if (!node.empty()) config.node_id = static_cast<std::int32_t>(ConfigInteger(node));
  if (broker == kNoBrokerId) return absl::OkStatus();
  if (config.node_id.value_or(static_cast<std::int32_t>(broker)) != broker) {
    return ConfigError(
        fmt::format("node.id is {} and broker.id, which says the same, is {}", node, broker));
  }
  config.node_id = static_cast<std::int32_t>(broker);
  return absl::OkStatus();
}

// What holds for groups without a config of their own must be what one may have.
absl::Status CheckWithinGroups(const ConfigLayers& set, std::string_view time) {
  const std::string all = fmt::format("group.consumer.{}", time);
  const std::string min = fmt::format("group.consumer.min.{}", time);
  const std::string max = fmt::format("group.consumer.max.{}", time);
  for (const auto& [lower, upper] : {std::pair(min, max), {min, all}, {all, max}}) {
    if (Value(set, lower) <= Value(set, upper)) continue;
    return ConfigError(fmt::format("config {} must not be above {}: they are {} and {}", lower,
                                   upper, Value(set, lower), Value(set, upper)));
  }
  return absl::OkStatus();
}

absl::Status TakeConsumerTimes(EngineConfig& config) {
  const ConfigLayers& set = config.layers;
  for (const char* const time : {"session.timeout.ms", "heartbeat.interval.ms"}) {
    if (auto sound = CheckWithinGroups(set, time); !sound.ok()) return sound;
  }
  config.consumer_session_timeout = Millis(set, "group.consumer.session.timeout.ms");
  config.consumer_min_session_timeout = Millis(set, "group.consumer.min.session.timeout.ms");
  config.consumer_max_session_timeout = Millis(set, "group.consumer.max.session.timeout.ms");
  config.consumer_heartbeat_interval = Millis(set, "group.consumer.heartbeat.interval.ms");
  config.consumer_min_heartbeat_interval = Millis(set, "group.consumer.min.heartbeat.interval.ms");
  config.consumer_max_heartbeat_interval = Millis(set, "group.consumer.max.heartbeat.interval.ms");
  if (config.consumer_heartbeat_interval < config.consumer_session_timeout) {
    return absl::OkStatus();
  }
  return ConfigError(
      "config group.consumer.heartbeat.interval.ms must be below "
      "group.consumer.session.timeout.ms");
}

absl::Status TakeConsumerGroups(EngineConfig& config) {
  const ConfigLayers& set = config.layers;
  const std::string_view protocols = Text(set, "group.coordinator.rebalance.protocols");
  if (!ConfigListHas(protocols, "classic")) {
    return ConfigError("config group.coordinator.rebalance.protocols must have classic");
  }
  config.has_consumer_groups = ConfigListHas(protocols, "consumer");
  if (auto sound = TakeConsumerTimes(config); !sound.ok()) return sound;
  config.consumer_regex_refresh_interval = Millis(set, "group.consumer.regex.refresh.interval.ms");
  config.consumer_group_max_size = static_cast<std::int32_t>(Value(set, "group.consumer.max.size"));
  const std::string_view policy = Text(set, "group.consumer.migration.policy");
  config.upgrades_groups = policy == "upgrade" || policy == "bidirectional";
  config.downgrades_groups = policy == "downgrade" || policy == "bidirectional";
  for (const std::string_view name : ConfigListItems(Text(set, "group.consumer.assignors"))) {
    const ServerAssignor assignor = *FindServerAssignor(name);
    auto& assignors = config.consumer_assignors;
    if (std::find(assignors.begin(), assignors.end(), assignor) != assignors.end()) {
      return ConfigError("config group.consumer.assignors must have each assignor once");
    }
    assignors.push_back(assignor);
  }
  if (config.consumer_assignors.empty()) {
    return ConfigError("config group.consumer.assignors must have an assignor");
  }
  return absl::OkStatus();
}

}  // namespace

const RefusedConfig* FindRefusedEngineConfig(std::string_view name) {
  const auto all = RefusedEngineConfigs();
  const auto found = std::find_if(all.begin(), all.end(), [&](const RefusedConfig& refused) {
    return Matches(refused.name, name);
  });
  return found == all.end() ? nullptr : &*found;
}

absl::StatusOr<EngineConfig> ParseEngineConfig(const ConfigMap& given) {
  return ParseEngineLayers({given, {}, {}});
}

absl::StatusOr<EngineConfig> ParseEngineLayers(const ConfigLayers& layers) {
  EngineConfig config;
  config.layers = layers;
  for (ConfigMap* const values :
       {&config.layers.given, &config.layers.of_cluster, &config.layers.of_broker}) {
    if (auto sound = CheckEach(*values); !sound.ok()) return sound;
  }
  const ConfigLayers& set = config.layers;
  if (auto sound = TakeNodeId(config); !sound.ok()) return sound;
  config.num_partitions = static_cast<int>(Value(set, "num.partitions"));
  config.retention_check_interval = Millis(set, "log.retention.check.interval.ms");
  config.recovery_checkpoint_interval = Millis(set, "log.flush.offset.checkpoint.interval.ms");
  config.log_start_checkpoint_interval =
      Millis(set, "log.flush.start.offset.checkpoint.interval.ms");
  config.high_watermark_checkpoint_interval =
      Millis(set, "replica.high.watermark.checkpoint.interval.ms");
  config.producer_id_expiration_ms = Value(set, "producer.id.expiration.ms");
  config.producer_id_expiration_check_interval_ms =
      Value(set, "producer.id.expiration.check.interval.ms");
  config.log_cleaner_enable = ConfigBoolean(Text(set, "log.cleaner.enable"));
  config.log_cleaner_backoff = Millis(set, "log.cleaner.backoff.ms");
  config.log_cleaner_dedupe_buffer_size =
      static_cast<std::size_t>(Value(set, "log.cleaner.dedupe.buffer.size"));
  config.log_cleaner_io_max_bytes_per_second =
      ConfigDouble(Text(set, "log.cleaner.io.max.bytes.per.second"));
  config.offsets_partitions = static_cast<int>(Value(set, "offsets.topic.num.partitions"));
  config.offsets_segment_bytes = Value(set, "offsets.topic.segment.bytes");
  config.offsets_compression_codec =
      static_cast<int>(Value(set, "offsets.topic.compression.codec"));
  config.offset_metadata_max_bytes = std::min<std::int64_t>(Value(set, "offset.metadata.max.bytes"),
                                                            base::KafkaWriter::kMaxString);
  config.offsets_retention = absl::Minutes(Value(set, "offsets.retention.minutes"));
  config.offsets_retention_check_interval = Millis(set, "offsets.retention.check.interval.ms");
  config.group_min_session_timeout = Millis(set, "group.min.session.timeout.ms");
  config.group_max_session_timeout = Millis(set, "group.max.session.timeout.ms");
  config.group_initial_rebalance_delay = Millis(set, "group.initial.rebalance.delay.ms");
  config.group_max_size = static_cast<std::int32_t>(Value(set, "group.max.size"));
  if (config.group_min_session_timeout > config.group_max_session_timeout) {
    return ConfigError(
        "config group.min.session.timeout.ms must not be above "
        "group.max.session.timeout.ms");
  }
  if (auto sound = TakeConsumerGroups(config); !sound.ok()) return sound;
  if (auto sound = CheckTopicConfigs({}, config); !sound.ok()) return sound.status();
  return config;
}

TopicOptions OffsetsTopicOptions(const EngineConfig& config) {
  return {.partitions = config.offsets_partitions,
          .configs = {{"cleanup.policy", "compact"},
                      {"compression.type", "producer"},
                      {"segment.bytes", std::to_string(config.offsets_segment_bytes)}}};
}

}  // namespace rill::engine
