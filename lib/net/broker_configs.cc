#include "net/broker_configs.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "base/parse_number.h"
#include "engine/engine_config.h"
#include "engine/resource_configs.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "net/identity.h"
#include "net/place_of.h"
#include "net/refuse.h"

namespace rill::net {
namespace {

using engine::ConfigMap;
using engine::ConfigSpec;

absl::Status CheckMayChange(const ConfigMap& configs) {
  std::vector<std::string_view> fixed;
  for (const auto& [name, value] : configs) {
    const ConfigSpec* const spec = FindBrokerConfigSpec(name);
    if (spec != nullptr && !spec->is_dynamic) fixed.push_back(name);
  }
  if (fixed.empty()) return absl::OkStatus();
  return RefuseRequest(
      fmt::format("Cannot update these configs dynamically: [{}]", fmt::join(fixed, ", ")));
}

absl::StatusOr<std::string> Checked(const std::string& name, const std::string& value) {
  if (const ConfigSpec* const spec = FindBrokerConfigSpec(name)) {
    auto checked = CheckBrokerConfigValue(*spec, value);
    if (!checked.ok()) return RefuseRequest(std::string(checked.status().message()));
    return checked;
  }
  if (const auto* const refused = engine::FindRefusedEngineConfig(name)) {
    return RefuseRequest(
        fmt::format("Kafka's config {} does nothing here: {}", name, refused->reason));
  }
  return value;  // kept for whoever knows it, as by Kafka
}

absl::StatusOr<ConfigMap> Checked(const ConfigMap& configs) {
  if (auto may = CheckMayChange(configs); !may.ok()) return may;
  ConfigMap checked;
  for (const auto& [name, value] : configs) {
    auto sound = Checked(name, value);
    if (!sound.ok()) return sound.status();
    checked.emplace(name, *std::move(sound));
  }
  return checked;
}

bool SameIn(const ConfigMap& one, const ConfigMap& other, const char* name) {
  const auto in_one = one.find(name);
  const auto in_other = other.find(name);
  if (in_one == one.end() || in_other == other.end()) {
    return in_one == one.end() && in_other == other.end();
  }
  return in_one->second == in_other->second;
}

// With `configs` for the broker `id`, or for all where that is empty, in the place of `own`. As
// with Kafka; but a change of others is taken where the limits are so already, by a file that
// changed.
absl::Status CheckLetsClientsIn(const NodeContext& node, const std::string& id,
                                const ConfigMap& own, const ConfigMap& configs) {
  const bool are_others = SameIn(own, configs, kConnectionsOfAddress) &&
                          SameIn(own, configs, kConnectionsOfNamedAddresses);
  if (are_others) return absl::OkStatus();
  engine::ConfigLayers layers = BrokerLayersOf(node);
  (id.empty() ? layers.of_cluster : layers.of_broker) = configs;
  const auto some = CheckLetsClientsIn(ConnectionLimitsIn(layers));
  return some.ok() ? some : RefuseRequest(std::string(some.message()));
}

}  // namespace

const ConfigSpec* FindBrokerConfigSpec(std::string_view name) {
  for (const auto specs : {engine::EngineConfigSpecs(), NodeConfigSpecs(), FixedConfigSpecs()}) {
    const ConfigSpec* const spec = engine::FindConfigSpec(specs, name);
    if (spec != nullptr) return spec;
  }
  return nullptr;
}

engine::ConfigLayers BrokerLayersOf(const NodeContext& node) {
  ConfigMap given = node.facts;
  given.merge(ConfigMap(node.engine->config()->layers.given));
  given.insert(node.config.values.begin(), node.config.values.end());
  return engine::BrokerLayers(given, *node.engine->resource_configs(), node.node_id);
}

absl::Status CheckBroker(const Call& call, const std::string& name) {
  if (name.empty()) return absl::OkStatus();
  const auto number = base::ParseNumber<std::int32_t>(name);
  if (!number) return RefuseRequest(fmt::format("a broker id is a number, not \"{}\"", name));
  if (*number == NodeId(call)) return absl::OkStatus();
  return RefuseRequest(
      fmt::format("Unexpected broker id, expected {}, but received {}", NodeId(call), name));
}

absl::Status ReplaceBrokerConfigs(const Call& call, const std::string& name,
                                  const engine::LocalEngine::ConfigsChange& change,
                                  bool only_validate) {
  if (auto own = CheckBroker(call, name); !own.ok()) return own;
  // "01" is 1.
  const std::string id = name.empty() ? "" : std::to_string(NodeId(call));
  bool is_change = false;
  const auto checked_change = [&](const ConfigMap& own) -> absl::StatusOr<ConfigMap> {
    auto changed = change(own);
    is_change = changed.ok();
    if (!changed.ok()) return changed;
    auto checked = Checked(*changed);
    if (!checked.ok()) return checked;
    if (auto some = CheckLetsClientsIn(call.node, id, own, *checked); !some.ok()) return some;
    return checked;
  };
  auto replaced = call.node.engine->ReplaceResourceConfigs(
      engine::ResourceName(engine::kBrokerResources, id), checked_change, only_validate);
  if (!is_change || CodeOf(replaced) != ErrorCode::kInvalidConfig) return replaced;
  return RefuseRequest(std::string(replaced.message()));
}

}  // namespace rill::net
