#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/config_layers.h"
#include "engine/config_spec.h"

namespace rill::engine {

// Configs that were set while an engine ran, of all that is no topic, by what they are of: a kind,
// a slash and a name. An entry has at least one config.
using ResourceConfigs = std::map<std::string, ConfigMap>;

// A broker by its number ("broker/1"); all brokers ("broker/").
inline constexpr std::string_view kBrokerResources = "broker/";

inline std::string ResourceName(std::string_view kind, std::string_view name) {
  return std::string(kind) + std::string(name);
}

// Nothing where none are set.
inline ConfigMap ConfigsOf(const ResourceConfigs& all, const std::string& resource) {
  const auto found = all.find(resource);
  return found == all.end() ? ConfigMap() : found->second;
}

// What holds for the broker `id`, which began with `given`.
inline ConfigLayers BrokerLayers(const ConfigMap& given, const ResourceConfigs& all,
                                 std::int32_t id) {
  return {given, ConfigsOf(all, ResourceName(kBrokerResources, "")),
          ConfigsOf(all, ResourceName(kBrokerResources, std::to_string(id)))};
}

}  // namespace rill::engine
