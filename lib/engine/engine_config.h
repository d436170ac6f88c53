#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/config_layers.h"
#include "engine/config_spec.h"
#include "engine/group/server_assignor.h"
#include "rill/topic.h"

namespace rill::engine {

// The engine-wide configs (Options::configs): Kafka's broker configs that mean something to rill.
// docs/reference/configs.md shows them; a test keeps it equal to these tables.
std::span<const ConfigSpec> EngineConfigSpecs();

// Broker configs that Kafka knows and that would do nothing here. Setting one is refused rather
// than ignored, with the reason.
struct RefusedConfig {
  std::string_view name;  // ending in ".*": all that begin so
  std::string_view reason;
};
std::span<const RefusedConfig> RefusedEngineConfigs();
// Null where `name` is none of them.
const RefusedConfig* FindRefusedEngineConfig(std::string_view name);

// The engine-wide configs, typed. A value.
struct EngineConfig {
  // What was set, checked: topic configs are resolved over it.
  ConfigLayers layers;

  // What the folder's is to be; nothing: whatever it is.
  std::optional<std::int32_t> node_id;
  int num_partitions = 1;
  absl::Duration retention_check_interval;
  absl::Duration recovery_checkpoint_interval;
  absl::Duration log_start_checkpoint_interval;
  absl::Duration high_watermark_checkpoint_interval;

  std::int64_t producer_id_expiration_ms = 0;
  std::int64_t producer_id_expiration_check_interval_ms = 0;

  bool log_cleaner_enable = true;
  absl::Duration log_cleaner_backoff;
  std::size_t log_cleaner_dedupe_buffer_size = 0;
  double log_cleaner_io_max_bytes_per_second = 0;

  int offsets_partitions = 4;
  std::int64_t offsets_segment_bytes = 0;
  int offsets_compression_codec = 0;
  std::int64_t offset_metadata_max_bytes = 0;
  absl::Duration offsets_retention;
  absl::Duration offsets_retention_check_interval;
  absl::Duration group_min_session_timeout;
  absl::Duration group_max_session_timeout;
  absl::Duration group_initial_rebalance_delay;
  std::int32_t group_max_size = 0;

  // Groups whose partitions the broker assigns (KIP-848).
  bool has_consumer_groups = true;
  absl::Duration consumer_session_timeout;
  absl::Duration consumer_heartbeat_interval;
  // What a group may have of its own (group_configs.h).
  absl::Duration consumer_min_session_timeout;
  absl::Duration consumer_max_session_timeout;
  absl::Duration consumer_min_heartbeat_interval;
  absl::Duration consumer_max_heartbeat_interval;
  std::int32_t consumer_group_max_size = 0;
  bool upgrades_groups = true;  // group.consumer.migration.policy
  bool downgrades_groups = true;
  std::vector<ServerAssignor> consumer_assignors;  // at least one, each once
  absl::Duration consumer_regex_refresh_interval;
};

// InvalidArgument (INVALID_CONFIG) names what is unknown, without meaning here, or out of range.
absl::StatusOr<EngineConfig> ParseEngineConfig(const ConfigMap& given);
// The same with what was set since.
absl::StatusOr<EngineConfig> ParseEngineLayers(const ConfigLayers& layers);

// How __consumer_offsets is made where nothing else is asked for.
TopicOptions OffsetsTopicOptions(const EngineConfig& config);

}  // namespace rill::engine
