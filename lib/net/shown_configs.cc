#include "net/shown_configs.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/engine_config.h"
#include "engine/group_configs.h"
#include "engine/topic_config.h"
#include "net/broker_configs.h"
#include "net/telemetry_subscriptions.h"

namespace rill::net {
namespace {

using engine::ConfigLayers;
using engine::ConfigSpec;
using engine::ConfigType;

// A number that is not set is null, and not an empty text.
std::optional<std::string> ShownValue(const ConfigSpec& spec, std::string_view value) {
  const bool may_be_empty = spec.type == ConfigType::kString || spec.type == ConfigType::kList;
  if (value.empty() && !may_be_empty) return std::nullopt;
  return std::string(value);
}

// What a node has of itself has no default where none stands, not an empty one.
bool HasDefault(const ConfigSpec& spec) {
  const bool is_fixed = engine::FindConfigSpec(FixedConfigSpecs(), spec.name) != nullptr;
  if (is_fixed && spec.default_value.empty()) return false;
  return ShownValue(spec, spec.default_value).has_value();
}

ShownConfig Show(const ConfigSpec& spec, std::string_view value, ConfigSource source,
                 const ShownParts& parts) {
  ShownConfig shown;
  shown.name = spec.name;
  shown.value = ShownValue(spec, value);
  shown.config_source = WireSource(source);
  shown.config_type = WireType(spec.type);
  shown.documentation.reset();
  if (parts.documentation) shown.documentation = std::string(spec.effect);
  return shown;
}

void AddSynonym(std::string_view name, std::string_view value, ConfigSource source,
                ShownConfig& shown) {
  shown.synonyms.push_back({std::string(name), std::string(value), WireSource(source)});
}

// Where an engine's or a node's config is set, and what it is otherwise.
void AddSettings(const ConfigSpec& spec, const ConfigLayers& layers, ShownConfig& shown) {
  for (const ConfigLayers::Setting& set : layers.Find(spec.name)) {
    AddSynonym(spec.name, set.value, set.source, shown);
  }
  if (HasDefault(spec)) {
    AddSynonym(spec.name, spec.default_value, ConfigSource::kDefaultConfig, shown);
  }
}

// The same of several of the engine.
void AddSettings(std::span<const engine::ConfigSynonym> names, const ConfigLayers& layers,
                 ShownConfig& shown) {
  for (const engine::ConfigSynonym& synonym : names) {
    const ConfigSpec* const spec =
        engine::FindConfigSpec(engine::EngineConfigSpecs(), synonym.name);
    if (spec != nullptr) AddSettings(*spec, layers, shown);
  }
}

// Whether any is set, or the first has a default, in whose place the others would have to be named.
bool AreToBeShown(std::span<const engine::ConfigSynonym> names, const ConfigLayers& layers) {
  const bool is_set = std::any_of(names.begin(), names.end(), [&](const auto& synonym) {
    return !layers.Find(synonym.name).empty();
  });
  if (is_set || names.empty()) return is_set;
  return HasDefault(*engine::FindConfigSpec(engine::EngineConfigSpecs(), names.front().name));
}

void AddTopicSynonyms(const ConfigSpec& spec, const ConfigValue& value, const ConfigLayers& engine,
                      ShownConfig& shown) {
  if (value.source == ConfigSource::kDynamicTopicConfig) {
    AddSynonym(spec.name, value.value, value.source, shown);
  }
  const engine::TopicConfigSpec* const config = engine::FindTopicConfig(spec.name);
  if (config == nullptr) return;
  if (AreToBeShown(config->synonyms, engine)) AddSettings(config->synonyms, engine, shown);
  if (!config->kafkas_synonym.empty()) {
    AddSynonym(config->kafkas_synonym, spec.default_value, ConfigSource::kDefaultConfig, shown);
  }
}

// The configs that say the same as `name` in another unit, and hold where it is not set.
std::span<const engine::ConfigSynonym> NextNames(std::string_view name) {
  for (const engine::TopicConfigSpec& topic : engine::TopicConfigSpecs()) {
    const auto found = std::find_if(topic.synonyms.begin(), topic.synonyms.end(),
                                    [&](const auto& synonym) { return synonym.name == name; });
    if (found != topic.synonyms.end()) return {std::next(found), topic.synonyms.end()};
  }
  return {};
}

ShownConfig ShowOfBroker(const ConfigSpec& spec, const ConfigLayers& layers,
                         const ShownParts& parts) {
  const auto set = layers.Find(spec.name);
  ShownConfig shown = set.empty()
                          ? Show(spec, spec.default_value, ConfigSource::kDefaultConfig, parts)
                          : Show(spec, set.front().value, set.front().source, parts);
  shown.read_only = !spec.is_dynamic;
  if (!parts.synonyms) return shown;
  AddSettings(spec, layers, shown);
  if (!shown.synonyms.empty()) AddSettings(NextNames(spec.name), layers, shown);
  return shown;
}

// Nobody here knows what it is, and so whether it may be seen.
ShownConfig ShowUnknown(const std::string& name, const ConfigLayers& layers,
                        const ShownParts& parts) {
  const auto set = layers.Find(name);
  ShownConfig shown;
  shown.name = name;
  shown.value.reset();
  shown.is_sensitive = true;
  shown.read_only = true;
  shown.config_source = WireSource(set.front().source);
  shown.config_type = kUnknownWireType;
  shown.documentation.reset();
  if (!parts.synonyms) return shown;
  for (const ConfigLayers::Setting& one : set) {
    shown.synonyms.push_back({name, std::nullopt, WireSource(one.source)});
  }
  return shown;
}

void ShowKnown(std::span<const ConfigSpec> specs, const ConfigLayers& layers,
               const ShownParts& parts, std::vector<ShownConfig>& all) {
  for (const ConfigSpec& spec : specs) all.push_back(ShowOfBroker(spec, layers, parts));
}

// What holds for all groups, and what the group sets before it.
ShownConfig ShowOfGroup(const engine::GroupConfigSpec& config, const engine::ConfigMap& own,
                        const ConfigLayers& layers, const ShownParts& parts) {
  const ConfigSpec& spec = config.spec;
  const auto of_all = layers.Find(config.synonym);
  ShownConfig shown = of_all.empty()
                          ? Show(spec, spec.default_value, ConfigSource::kDefaultConfig, parts)
                          : Show(spec, of_all.front().value, of_all.front().source, parts);
  const auto set = own.find(shown.name);
  if (set != own.end()) {
    shown.value = set->second;
    shown.config_source = kGroupWireSource;
  }
  if (!parts.synonyms) return shown;
  if (set != own.end()) shown.synonyms.push_back({shown.name, set->second, kGroupWireSource});
  for (const ConfigLayers::Setting& one : of_all) {
    AddSynonym(config.synonym, one.value, one.source, shown);
  }
  AddSynonym(config.synonym.empty() ? spec.name : config.synonym, spec.default_value,
             ConfigSource::kDefaultConfig, shown);
  return shown;
}

std::vector<ShownConfig> ByName(std::vector<ShownConfig> all) {
  std::sort(all.begin(), all.end(),
            [](const ShownConfig& a, const ShownConfig& b) { return a.name < b.name; });
  return all;
}

}  // namespace

std::vector<ShownConfig> ShowTopicConfigs(const NodeContext& node, const TopicDescription& topic,
                                          const ShownParts& parts) {
  std::vector<ShownConfig> all;
  const auto config = node.engine->config();
  for (const auto& [name, value] : topic.configs) {
    const ConfigSpec& spec = *engine::FindTopicConfigSpec(name);
    ShownConfig shown = Show(spec, value.value, value.source, parts);
    if (parts.synonyms) AddTopicSynonyms(spec, value, config->layers, shown);
    all.push_back(std::move(shown));
  }
  return all;
}

std::vector<ShownConfig> ShowNodeConfigs(const NodeContext& node, const ShownParts& parts) {
  std::vector<ShownConfig> all;
  const ConfigLayers layers = BrokerLayersOf(node);
  ShowKnown(engine::EngineConfigSpecs(), layers, parts, all);
  ShowKnown(NodeConfigSpecs(), layers, parts, all);
  ShowKnown(FixedConfigSpecs(), layers, parts, all);
  engine::ConfigMap unknown = layers.of_broker;
  unknown.insert(layers.of_cluster.begin(), layers.of_cluster.end());
  for (const auto& [name, value] : unknown) {
    if (FindBrokerConfigSpec(name) == nullptr) all.push_back(ShowUnknown(name, layers, parts));
  }
  return ByName(std::move(all));
}

std::vector<ShownConfig> ShowClientMetricsConfigs(const NodeContext& node, const std::string& name,
                                                  const ShownParts& parts) {
  std::vector<ShownConfig> all;
  const auto resources = node.engine->resource_configs();
  const engine::ConfigMap set =
      engine::ConfigsOf(*resources, engine::ResourceName(kClientMetricsResources, name));
  for (const ConfigSpec& spec : ClientMetricsConfigSpecs()) {
    const auto own = set.find(std::string(spec.name));
    const bool is_set = own != set.end();
    ShownConfig& shown =
        all.emplace_back(Show(spec, is_set ? std::string_view(own->second) : spec.default_value,
                              ConfigSource::kDefaultConfig, parts));
    if (is_set) shown.config_source = kClientMetricsWireSource;
    if (parts.synonyms) {
      shown.synonyms.push_back({shown.name, shown.value, shown.config_source});
    }
  }
  return all;
}

std::vector<ShownConfig> ShowGroupConfigs(const NodeContext& node, const std::string& group,
                                          const ShownParts& parts) {
  std::vector<ShownConfig> all;
  const auto config = node.engine->config();
  const engine::ConfigMap own = engine::ConfigsOf(
      *node.engine->resource_configs(), engine::ResourceName(engine::kGroupResources, group));
  for (const engine::GroupConfigSpec& one : engine::GroupConfigSpecs()) {
    if (one.is_internal && !own.contains(std::string(one.spec.name))) continue;
    all.push_back(ShowOfGroup(one, own, config->layers, parts));
  }
  return all;
}

std::vector<ShownConfig> ShowClusterConfigs(const NodeContext& node, const ShownParts& parts) {
  std::vector<ShownConfig> all;
  const ConfigLayers set = {{}, BrokerLayersOf(node).of_cluster, {}};
  for (const auto& [name, value] : set.of_cluster) {
    const ConfigSpec* const spec = FindBrokerConfigSpec(name);
    if (spec == nullptr) {
      all.push_back(ShowUnknown(name, set, parts));
      continue;
    }
    ShownConfig shown = Show(*spec, value, ConfigSource::kDynamicDefaultBrokerConfig, parts);
    shown.read_only = !spec->is_dynamic;
    if (parts.synonyms) {
      AddSynonym(name, value, ConfigSource::kDynamicDefaultBrokerConfig, shown);
    }
    all.push_back(std::move(shown));
  }
  return all;
}

}  // namespace rill::net
