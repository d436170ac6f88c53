#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/config_layers.h"
#include "engine/config_spec.h"
#include "engine/quota/quota_rate.h"
#include "net/connection_limits.h"

namespace rill::net {

// Kafka's broker configs that a node has beside its engine's (engine/engine_config.h).
// docs/reference/configs.md shows them; a test keeps it equal to this table.
std::span<const engine::ConfigSpec> NodeConfigSpecs();

// Those of Kafka's broker configs that a node has without anybody setting them, for they follow
// from what it is and how it was started (NodeContext::facts): clients are shown them, and may not
// change them. By name; a default holds where the node was not told otherwise.
std::span<const engine::ConfigSpec> FixedConfigSpecs();

// NodeConfigSpecs, typed.
struct NodeConfig {
  engine::ConfigMap values;  // what was set, checked

  std::size_t socket_request_max_bytes = 0;
  std::size_t queued_max_request_bytes = 0;
  std::chrono::milliseconds connections_max_idle{};
  std::size_t max_incremental_fetch_session_cache_slots = 0;
  bool auto_create_topics_enable = true;
  bool delete_topic_enable = true;
  std::size_t fetch_max_bytes = 0;
  engine::QuotaWindows quota_windows;
  std::size_t telemetry_max_bytes = 0;
};

// `text` as the value of a config of a node's or an engine's. INVALID_CONFIG (InvalidArgument) says
// what is allowed.
absl::StatusOr<std::string> CheckBrokerConfigValue(const engine::ConfigSpec& spec,
                                                   std::string_view text);
// InvalidArgument (INVALID_CONFIG) names what is unknown or out of range.
absl::StatusOr<NodeConfig> ParseNodeConfig(const engine::ConfigMap& configs);

// Of checked values.
ConnectionLimits ConnectionLimitsIn(const engine::ConfigLayers& layers);

}  // namespace rill::net
