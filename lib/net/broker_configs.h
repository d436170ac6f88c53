#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engine/config_layers.h"
#include "engine/config_spec.h"
#include "engine/local_engine.h"
#include "net/call.h"

namespace rill::net {

// The configs of the broker that a node and its engine are together: Kafka's broker configs.

// Null where neither has such a config, nor shows it (FixedConfigSpecs).
const engine::ConfigSpec* FindBrokerConfigSpec(std::string_view name);

// What is set of them, and of those that nothing here knows.
engine::ConfigLayers BrokerLayersOf(const NodeContext& node);

// That `name` is this broker's number, or that of none: all brokers. INVALID_REQUEST.
absl::Status CheckBroker(const Call& call, const std::string& name);

// The like of LocalEngine::ReplaceTopicConfigs. INVALID_REQUEST, as with Kafka, also for a value
// that is none, and for what may not change while the broker runs.
absl::Status ReplaceBrokerConfigs(const Call& call, const std::string& name,
                                  const engine::LocalEngine::ConfigsChange& change,
                                  bool only_validate);

}  // namespace rill::net
