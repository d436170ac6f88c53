#include "engine/topic_config.h"

#include <limits>
#include <string_view>
#include <vector>

#include "fmt/format.h"

namespace rill::engine {
namespace {

// segment.bytes without its floor of 1 MiB, for tests; Kafka has it too. Not shown among a topic's
// configs unless it is set.
constexpr ConfigSpec kInternalSegmentBytes = {
    .name = "internal.segment.bytes", .type = ConfigType::kInt, .min = 1024};

// A synonym's value in the topic config's unit.
std::string Converted(const ConfigSynonym& synonym, const std::string& value) {
  if (synonym.unit == 1 && !synonym.is_limit) return value;
  const std::int64_t number = ConfigInteger(value);
  if (number < 0) return "-1";  // without limit, whatever it counts in
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  return std::to_string(number > kMax / synonym.unit ? kMax : number * synonym.unit);
}

ConfigValue Resolve(const TopicConfigSpec& config, const ConfigMap& configs,
                    const EngineConfig& engine) {
  if (const auto own = configs.find(std::string(config.spec.name)); own != configs.end()) {
    return {own->second, ConfigSource::kDynamicTopicConfig};
  }
  for (const ConfigSynonym& synonym : config.synonyms) {
    if (const auto set = engine.layers.Find(synonym.name); !set.empty()) {
      return {Converted(synonym, std::string(set.front().value)), set.front().source};
    }
  }
  return {std::string(config.spec.default_value), ConfigSource::kDefaultConfig};
}

// Values of one topic, by name and type.
class Resolved {
 public:
  Resolved(const ConfigMap& configs, const EngineConfig& engine)
      : configs_(configs), engine_(engine) {}

  std::string Text(std::string_view name) const {
    return Resolve(*FindTopicConfig(name), configs_, engine_).value;
  }
  std::int64_t Integer(std::string_view name) const { return ConfigInteger(Text(name)); }
  double Double(std::string_view name) const { return ConfigDouble(Text(name)); }

 private:
  const ConfigMap& configs_;
  const EngineConfig& engine_;
};

void SetCompression(const Resolved& resolved, log::LogConfig& config) {
  const std::string type = resolved.Text("compression.type");
  config.recompress = type != "producer";
  if (type == "gzip") {
    config.compression_type = Compression::kGzip;
    const std::int64_t level = resolved.Integer("compression.gzip.level");
    config.compression_level = level == -1 ? 0 : static_cast<int>(level);  // the codec's default
  } else if (type == "lz4") {
    config.compression_type = Compression::kLz4;
    config.compression_level = static_cast<int>(resolved.Integer("compression.lz4.level"));
  } else if (type == "zstd") {
    config.compression_type = Compression::kZstd;
    config.compression_level = static_cast<int>(resolved.Integer("compression.zstd.level"));
  } else if (type == "snappy") {
    config.compression_type = Compression::kSnappy;
  }
}

absl::Status UnknownConfig(const std::string& name) {
  std::vector<std::string_view> names;
  for (const TopicConfigSpec& config : TopicConfigSpecs()) names.push_back(config.spec.name);
  return ConfigError(fmt::format("topics have no config \"{}\"{}", name, DidYouMean(name, names)));
}

absl::Status CheckTogether(const ConfigMap& configs, const EngineConfig& engine) {
  const Resolved resolved(configs, engine);
  if (resolved.Integer("min.compaction.lag.ms") > resolved.Integer("max.compaction.lag.ms")) {
    return ConfigError(fmt::format(
        "config min.compaction.lag.ms ({}) must not be above max.compaction.lag.ms ({})",
        resolved.Text("min.compaction.lag.ms"), resolved.Text("max.compaction.lag.ms")));
  }
  if (resolved.Text("remote.storage.enable") == "true") {
    return ConfigError(
        "config remote.storage.enable can only be false: there is no tiered storage");
  }
  return absl::OkStatus();
}

}  // namespace

const ConfigSpec* FindTopicConfigSpec(std::string_view name) {
  if (name == kInternalSegmentBytes.name) return &kInternalSegmentBytes;
  const TopicConfigSpec* const found = FindTopicConfig(name);
  return found == nullptr ? nullptr : &found->spec;
}

absl::StatusOr<ConfigMap> CheckTopicConfigs(const ConfigMap& configs, const EngineConfig& engine) {
  ConfigMap checked;
  for (const auto& [name, text] : configs) {
    const ConfigSpec* const spec = FindTopicConfigSpec(name);
    if (spec == nullptr) {
      return UnknownConfig(name);
    }
    auto value = CheckConfigValue(*spec, text);
    if (!value.ok()) return value.status();
    checked[name] = *std::move(value);
  }
  if (auto sound = CheckTogether(checked, engine); !sound.ok()) return sound;
  return checked;
}

absl::StatusOr<ConfigMap> ChangeTopicConfigs(
    const ConfigMap& configs, const std::map<std::string, std::optional<std::string>>& changes,
    const EngineConfig& engine) {
  ConfigMap changed = configs;
  for (const auto& [name, value] : changes) {
    if (value.has_value()) {
      changed[name] = *value;
    } else if (FindTopicConfigSpec(name) == nullptr) {
      return UnknownConfig(name);
    } else {
      changed.erase(name);
    }
  }
  return CheckTopicConfigs(changed, engine);
}

std::map<std::string, ConfigValue> ResolveTopicConfigs(const ConfigMap& configs,
                                                       const EngineConfig& engine) {
  std::map<std::string, ConfigValue> resolved;
  for (const TopicConfigSpec& config : TopicConfigSpecs()) {
    resolved[std::string(config.spec.name)] = Resolve(config, configs, engine);
  }
  const std::string internal(kInternalSegmentBytes.name);
  if (const auto set = configs.find(internal); set != configs.end()) {
    resolved[internal] = {set->second, ConfigSource::kDynamicTopicConfig};
  }
  return resolved;
}

log::LogConfig ResolveLogConfig(const ConfigMap& configs, const EngineConfig& engine) {
  const Resolved resolved(configs, engine);
  log::LogConfig config;
  const std::string policy = resolved.Text("cleanup.policy");
  config.cleanup_delete = ConfigListHas(policy, "delete");
  config.cleanup_compact = ConfigListHas(policy, "compact");
  SetCompression(resolved, config);
  config.segment_bytes = resolved.Integer("segment.bytes");
  if (const auto internal = configs.find(std::string(kInternalSegmentBytes.name));
      internal != configs.end()) {
    config.segment_bytes = ConfigInteger(internal->second);
  }
  config.segment_ms = resolved.Integer("segment.ms");
  config.segment_jitter_ms = resolved.Integer("segment.jitter.ms");
  config.segment_index_bytes = resolved.Integer("segment.index.bytes");
  config.index_interval_bytes = resolved.Integer("index.interval.bytes");
  config.retention_ms = resolved.Integer("retention.ms");
  config.retention_bytes = resolved.Integer("retention.bytes");
  config.file_delete_delay_ms = resolved.Integer("file.delete.delay.ms");
  config.max_message_bytes = resolved.Integer("max.message.bytes");
  config.max_decompressed_message_bytes = resolved.Integer("max.decompressed.message.bytes");
  config.message_timestamp_type = resolved.Text("message.timestamp.type") == "LogAppendTime"
                                      ? TimestampType::kLogAppendTime
                                      : TimestampType::kCreateTime;
  config.message_timestamp_before_max_ms = resolved.Integer("message.timestamp.before.max.ms");
  config.message_timestamp_after_max_ms = resolved.Integer("message.timestamp.after.max.ms");
  config.flush_messages = resolved.Integer("flush.messages");
  config.flush_ms = resolved.Integer("flush.ms");
  config.delete_retention_ms = resolved.Integer("delete.retention.ms");
  config.min_compaction_lag_ms = resolved.Integer("min.compaction.lag.ms");
  config.max_compaction_lag_ms = resolved.Integer("max.compaction.lag.ms");
  config.min_cleanable_dirty_ratio = resolved.Double("min.cleanable.dirty.ratio");
  config.producer_id_expiration_ms = engine.producer_id_expiration_ms;
  config.producer_id_expiration_check_interval_ms = engine.producer_id_expiration_check_interval_ms;
  return config;
}

}  // namespace rill::engine
