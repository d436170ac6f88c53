// IncrementalAlterConfigs, versions 0 and 1.
//
// Sets single configs of a topic, of a group, of this broker, of all brokers (a broker without a
// name) or of a subscription to clients' metrics, takes them back, or puts items into lists and
// takes them out of them: all that is asked for of one resource in one step, or, where something of
// it is wrong, nothing. Or only says whether it would (`validate_only`). One answer for each
// resource; what is named twice is INVALID_REQUEST. What is in a list already is not put there
// again, and what is not there need not be to be taken out, as in Kafka. Of a broker's configs
// those change that change while a Kafka broker runs, and are kept; a name that nobody knows is
// kept, too, as by Kafka. A group need not be there; to its list nothing is put, and nothing taken
// out of it, as with Kafka.
//
// Deviations: a list that is not set begins with what holds, where Kafka begins with the config's
// own default, whatever the broker's configs say. A broker's config that means nothing here is
// INVALID_REQUEST. Loggers have none: INVALID_REQUEST.
// A list is no longer than a string of the protocol, 32,767 bytes: INVALID_CONFIG.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/config_spec.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "net/alter_resources.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

using Asked = wire::IncrementalAlterConfigsRequest::Resource;

// As much as a string of the protocol's holds: what was longer could not be described.
constexpr std::size_t kLongestValue = 32767;

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

absl::Status ChangeList(const Call& call, std::int8_t resource_type, const Asked::Config& config,
                        engine::ConfigMap& configs) {
  const bool appends = OperationOf(config) == Operation::kAppend;
  const auto held = ListHeld(call, resource_type, config.name, configs);
  if (!held.has_value()) {
    return engine::ConfigError(fmt::format("Can't {} to key {} because its type is not LIST.",
                                           appends ? "APPEND" : "SUBTRACT", config.name));
  }
  std::string list = appends ? ListWith(*held, *config.value) : ListWithout(*held, *config.value);
  if (list.size() > kLongestValue) {
    return engine::ConfigError(fmt::format("{} would have {} bytes, of at most {}", config.name,
                                           list.size(), kLongestValue));
  }
  configs[config.name] = std::move(list);
  return absl::OkStatus();
}

absl::StatusOr<engine::ConfigMap> Changed(const Call& call, const Asked& asked,
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
        status = ChangeList(call, asked.resource_type, config, configs);
        if (!status.ok()) return status;
    }
  }
  return configs;
}

}  // namespace

wire::IncrementalAlterConfigsResponse HandleIncrementalAlterConfigs(
    const Call& call, const wire::IncrementalAlterConfigsRequest& request) {
  return AlterEach<wire::IncrementalAlterConfigsResponse>(request, [&](const Asked& asked) {
    const auto change = [&](const engine::ConfigMap& own) { return Changed(call, asked, own); };
    return ReplaceConfigs(call, asked.resource_type, asked.resource_name, change,
                          request.validate_only);
  });
}

}  // namespace rill::net
