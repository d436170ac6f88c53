#include "net/shown_configs.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/engine_config.h"
#include "engine/topic_config.h"

namespace rill::net {
namespace {

using engine::ConfigMap;
using engine::ConfigSpec;
using engine::ConfigType;

// A number that is not set is null, and not an empty text.
std::optional<std::string> ShownValue(const ConfigSpec& spec, std::string_view value) {
  const bool may_be_empty = spec.type == ConfigType::kString || spec.type == ConfigType::kList;
  if (value.empty() && !may_be_empty) return std::nullopt;
  return std::string(value);
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

// What is set of an engine's or a node's config, and what it is otherwise.
void AddStaticSynonyms(const ConfigSpec& spec, const ConfigMap& values, ShownConfig& shown) {
  if (const auto set = values.find(std::string(spec.name)); set != values.end()) {
    AddSynonym(spec.name, set->second, ConfigSource::kStaticBrokerConfig, shown);
  }
  if (ShownValue(spec, spec.default_value).has_value()) {
    AddSynonym(spec.name, spec.default_value, ConfigSource::kDefaultConfig, shown);
  }
}

void AddTopicSynonyms(const ConfigSpec& spec, const ConfigValue& value, const ConfigMap& engine,
                      ShownConfig& shown) {
  if (value.source == ConfigSource::kDynamicTopicConfig) {
    AddSynonym(spec.name, value.value, value.source, shown);
  }
  const engine::TopicConfigSpec* const config = engine::FindTopicConfig(spec.name);
  if (config == nullptr) return;
  for (const engine::ConfigSynonym& synonym : config->synonyms) {
    const ConfigSpec* const of_engine =
        engine::FindConfigSpec(engine::EngineConfigSpecs(), synonym.name);
    if (of_engine != nullptr) AddStaticSynonyms(*of_engine, engine, shown);
  }
  if (config->synonyms.empty()) {
    AddSynonym(spec.name, spec.default_value, ConfigSource::kDefaultConfig, shown);
  }
}

void ShowStatic(std::span<const ConfigSpec> specs, const ConfigMap& values, const ShownParts& parts,
                std::vector<ShownConfig>& all) {
  for (const ConfigSpec& spec : specs) {
    const auto set = values.find(std::string(spec.name));
    const bool is_set = set != values.end();
    ShownConfig shown =
        Show(spec, is_set ? std::string_view(set->second) : spec.default_value,
             is_set ? ConfigSource::kStaticBrokerConfig : ConfigSource::kDefaultConfig, parts);
    shown.read_only = true;
    if (parts.synonyms) AddStaticSynonyms(spec, values, shown);
    all.push_back(std::move(shown));
  }
}

}  // namespace

std::vector<ShownConfig> ShowTopicConfigs(const NodeContext& node, const TopicDescription& topic,
                                          const ShownParts& parts) {
  std::vector<ShownConfig> all;
  for (const auto& [name, value] : topic.configs) {
    const ConfigSpec& spec = *engine::FindTopicConfigSpec(name);
    ShownConfig shown = Show(spec, value.value, value.source, parts);
    if (parts.synonyms) AddTopicSynonyms(spec, value, node.engine->config().values, shown);
    all.push_back(std::move(shown));
  }
  return all;
}

std::vector<ShownConfig> ShowNodeConfigs(const NodeContext& node, const ShownParts& parts) {
  std::vector<ShownConfig> all;
  ShowStatic(engine::EngineConfigSpecs(), node.engine->config().values, parts, all);
  ShowStatic(NodeConfigSpecs(), node.config.values, parts, all);
  std::sort(all.begin(), all.end(),
            [](const ShownConfig& a, const ShownConfig& b) { return a.name < b.name; });
  return all;
}

}  // namespace rill::net
