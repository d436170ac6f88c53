#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config_spec.h"
#include "rill/topic.h"

namespace rill::engine {

// What was set of a broker's configs, and where: what was set while it runs holds before what it
// began with. A value.
struct ConfigLayers {
  ConfigMap given;       // when the engine was opened, or the node was started
  ConfigMap of_cluster;  // while it ran, for all brokers
  ConfigMap of_broker;   // while it ran, for this one

  struct Layer {
    const ConfigMap* values;
    ConfigSource source;
  };
  // The one that holds first.
  std::vector<Layer> InOrder() const;

  struct Setting {
    std::string_view value;  // of the layers
    ConfigSource source = ConfigSource::kDefaultConfig;
  };
  // Where `name` is set, the one that holds first; not what it is by default.
  std::vector<Setting> Find(std::string_view name) const;

  // The same of those configs that `specs` has.
  ConfigLayers Only(std::span<const ConfigSpec> specs) const;

  friend bool operator==(const ConfigLayers&, const ConfigLayers&) = default;
};

}  // namespace rill::engine
