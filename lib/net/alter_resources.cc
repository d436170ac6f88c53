#include "net/alter_resources.h"

#include "engine/group_configs.h"
#include "engine/topic_config.h"
#include "fmt/format.h"
#include "net/authorize.h"
#include "net/broker_configs.h"
#include "net/config_resource.h"
#include "net/telemetry_subscriptions.h"

namespace rill::net {
namespace {

const engine::ConfigSpec* SpecOf(ConfigResource type, const std::string& config) {
  switch (type) {
    case ConfigResource::kTopic:
      return engine::FindTopicConfigSpec(config);
    case ConfigResource::kBroker:
      return FindBrokerConfigSpec(config);
    case ConfigResource::kClientMetrics:
      return engine::FindConfigSpec(ClientMetricsConfigSpecs(), config);
    default:
      return nullptr;
  }
}

std::string HeldWithout(const Call& call, ConfigResource type, const engine::ConfigSpec& spec) {
  if (type == ConfigResource::kTopic) {
    const auto resolved = engine::ResolveTopicConfigs({}, *call.node.engine->config());
    return resolved.at(std::string(spec.name)).value;
  }
  if (type == ConfigResource::kClientMetrics) return std::string(spec.default_value);
  const engine::ConfigLayers layers = BrokerLayersOf(call.node);
  const auto set = layers.Find(spec.name);
  return std::string(set.empty() ? spec.default_value : set.front().value);
}

// `check` has the last word on what they are changed to.
template <typename Check>
absl::Status ReplaceChecked(const Call& call, const std::string& resource,
                            const engine::LocalEngine::ConfigsChange& change, const Check& check,
                            bool only_validate) {
  const auto checked = [&](const engine::ConfigMap& own) -> absl::StatusOr<engine::ConfigMap> {
    auto changed = change(own);
    if (!changed.ok()) return changed;
    return check(*changed);
  };
  return call.node.engine->ReplaceResourceConfigs(resource, checked, only_validate);
}

absl::Status ReplaceClientMetrics(const Call& call, const std::string& name,
                                  const engine::LocalEngine::ConfigsChange& change,
                                  bool only_validate) {
  const auto check = [&](const engine::ConfigMap& configs) {
    return CheckClientMetricsConfigs(name, configs);
  };
  return ReplaceChecked(call, engine::ResourceName(kClientMetricsResources, name), change, check,
                        only_validate);
}

absl::Status ReplaceGroup(const Call& call, const std::string& name,
                          const engine::LocalEngine::ConfigsChange& change, bool only_validate) {
  const auto check = [&](const engine::ConfigMap& configs) {
    return engine::CheckGroupConfigs(configs, *call.node.engine->config());
  };
  return ReplaceChecked(call, engine::ResourceName(engine::kGroupResources, name), change, check,
                        only_validate);
}

}  // namespace

absl::Status ReplaceConfigs(const Call& call, std::int8_t resource_type, const std::string& name,
                            const engine::LocalEngine::ConfigsChange& change, bool only_validate) {
  switch (static_cast<ConfigResource>(resource_type)) {
    case ConfigResource::kTopic:
      if (name.empty()) return RefuseRequest("Default topic resources are not allowed.");
      if (auto may = CheckTopic(call, AclOperation::kAlterConfigs, name); !may.ok()) return may;
      return call.node.engine->ReplaceTopicConfigs(name, change, only_validate);
    case ConfigResource::kBroker:
      if (auto may = CheckCluster(call, AclOperation::kAlterConfigs); !may.ok()) return may;
      return ReplaceBrokerConfigs(call, name, change, only_validate);
    case ConfigResource::kClientMetrics:
      if (auto may = CheckCluster(call, AclOperation::kAlterConfigs); !may.ok()) return may;
      return ReplaceClientMetrics(call, name, change, only_validate);
    case ConfigResource::kGroup:
      if (name.empty()) return RefuseRequest("Default group resources are not allowed.");
      if (auto may = CheckGroup(call, AclOperation::kAlterConfigs, name); !may.ok()) return may;
      return ReplaceGroup(call, name, change, only_validate);
    default:
      return RefuseRequest(fmt::format("resources of type {} have no configs here", resource_type));
  }
}

std::optional<std::string> ListHeld(const Call& call, std::int8_t resource_type,
                                    const std::string& config, const engine::ConfigMap& own) {
  const auto type = static_cast<ConfigResource>(resource_type);
  const engine::ConfigSpec* const spec = SpecOf(type, config);
  if (spec == nullptr || spec->type != engine::ConfigType::kList) return std::nullopt;
  const auto set = own.find(config);
  return set != own.end() ? set->second : HeldWithout(call, type, *spec);
}

}  // namespace rill::net
