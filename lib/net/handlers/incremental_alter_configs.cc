// IncrementalAlterConfigs, versions 0 and 1.
//
// Sets single configs of a topic, takes them back, or puts items into lists and takes them out of
// them: all that is asked for of one topic in one step, or, where something of it is wrong,
// nothing. Or only says whether it would (`validate_only`). One answer for each resource; what is
// named twice is INVALID_REQUEST. What is in a list already is not put there again, and what is not
// there need not be to be taken out, as in Kafka.
//
// Deviations: a list that the topic does not set begins with what holds for the topic, where Kafka
// begins with the config's own default, whatever the broker's configs say. The configs of a broker
// do not change while it runs, and loggers, client metrics and groups have none: INVALID_REQUEST.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "engine/topic_config.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "net/alter_resources.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

using Asked = wire::IncrementalAlterConfigsRequest::Resource;

enum class Operation : std::int8_t { kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3 };

Operation OperationOf(const Asked::Config& config) {
  return static_cast<Operation>(config.config_operation);
}

absl::Status Check(const Asked::Config& config) {
  if (config.config_operation < static_cast<std::int8_t>(Operation::kSet) ||
      config.config_operation > static_cast<std::int8_t>(Operation::kSubtract)) {
    return RefuseRequest(fmt::format("there is no operation {}", config.config_operation));
  }
  if (OperationOf(config) != Operation::kDelete && !config.value.has_value()) {
    return RefuseRequest(fmt::format("the config {} has no value", config.name));
  }
  return absl::OkStatus();
}

std::string ListWith(const std::string& list, const std::string& added) {
  std::vector<std::string_view> items = engine::ConfigListItems(list);
  for (const std::string_view item : engine::ConfigListItems(added)) {
    if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
  }
  return fmt::format("{}", fmt::join(items, ","));
}

std::string ListWithout(const std::string& list, const std::string& removed) {
  std::vector<std::string_view> items = engine::ConfigListItems(list);
  for (const std::string_view item : engine::ConfigListItems(removed)) std::erase(items, item);
  return fmt::format("{}", fmt::join(items, ","));
}

absl::Status ChangeList(const Asked::Config& config, const engine::EngineConfig& engine,
                        engine::ConfigMap& configs) {
  const bool appends = OperationOf(config) == Operation::kAppend;
  const engine::ConfigSpec* const spec = engine::FindTopicConfigSpec(config.name);
  if (spec == nullptr || spec->type != engine::ConfigType::kList) {
    return engine::ConfigError(fmt::format("Can't {} to key {} because its type is not LIST.",
                                           appends ? "APPEND" : "SUBTRACT", config.name));
  }
  const std::string held = engine::ResolveTopicConfigs(configs, engine)[config.name].value;
  configs[config.name] = appends ? ListWith(held, *config.value) : ListWithout(held, *config.value);
  return absl::OkStatus();
}

absl::StatusOr<engine::ConfigMap> Changed(const Asked& asked, const engine::EngineConfig& engine,
                                          engine::ConfigMap configs) {
  for (const Asked::Config& config : asked.configs) {
    absl::Status status = Check(config);
    if (!status.ok()) return status;
    switch (OperationOf(config)) {
      case Operation::kSet:
        configs[config.name] = *config.value;
        break;
      case Operation::kDelete:
        configs.erase(config.name);
        break;
      case Operation::kAppend:
      case Operation::kSubtract:
        status = ChangeList(config, engine, configs);
        if (!status.ok()) return status;
    }
  }
  return configs;
}

}  // namespace

wire::IncrementalAlterConfigsResponse HandleIncrementalAlterConfigs(
    const Call& call, const wire::IncrementalAlterConfigsRequest& request) {
  const engine::EngineConfig& config = call.node.engine->config();
  return AlterEach<wire::IncrementalAlterConfigsResponse>(call, request, [&](const Asked& asked) {
    const auto change = [&](const engine::ConfigMap& own) { return Changed(asked, config, own); };
    return call.node.engine->ReplaceTopicConfigs(asked.resource_name, change,
                                                 request.validate_only);
  });
}

}  // namespace rill::net
