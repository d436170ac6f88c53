#include "engine/config_layers.h"

namespace rill::engine {
namespace {

ConfigMap Only(const ConfigMap& values, std::span<const ConfigSpec> specs) {
  ConfigMap kept;
  for (const auto& [name, value] : values) {
    if (FindConfigSpec(specs, name) != nullptr) kept.emplace(name, value);
  }
  return kept;
}

}  // namespace

std::vector<ConfigLayers::Layer> ConfigLayers::InOrder() const {
  return {{&of_broker, ConfigSource::kDynamicBrokerConfig},
          {&of_cluster, ConfigSource::kDynamicDefaultBrokerConfig},
          {&given, ConfigSource::kStaticBrokerConfig}};
}

std::vector<ConfigLayers::Setting> ConfigLayers::Find(std::string_view name) const {
  std::vector<Setting> settings;
  for (const Layer& layer : InOrder()) {
    const auto set = layer.values->find(std::string(name));
    if (set != layer.values->end()) settings.push_back({set->second, layer.source});
  }
  return settings;
}

ConfigLayers ConfigLayers::Only(std::span<const ConfigSpec> specs) const {
  return {engine::Only(given, specs), engine::Only(of_cluster, specs),
          engine::Only(of_broker, specs)};
}

}  // namespace rill::engine
