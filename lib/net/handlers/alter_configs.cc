// AlterConfigs, versions 0 to 2.
//
// Gives a topic, a group, this broker, all brokers (a broker without a name) or a subscription to
// clients' metrics the configs that the request has: those that it does not name go back to what
// holds without. Or only says whether it would (`validate_only`). One answer for each resource;
// what is named twice is INVALID_REQUEST, and so is a config without a value. Of a broker's configs
// those change that change while a Kafka broker runs, and are kept; a name that nobody knows is
// kept, too, as by Kafka. A group need not be there.
//
// Deviations: a broker's config that means nothing here is INVALID_REQUEST. Loggers have none:
// INVALID_REQUEST.
#include "fmt/format.h"
#include "net/alter_resources.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

using Asked = wire::AlterConfigsRequest::Resource;

absl::StatusOr<engine::ConfigMap> Wanted(const Asked& asked) {
  engine::ConfigMap configs;
  for (const auto& config : asked.configs) {
    if (!config.value.has_value()) {
      return RefuseRequest(fmt::format("the config {} has no value", config.name));
    }
    configs[config.name] = *config.value;
  }
  return configs;
}

}  // namespace

wire::AlterConfigsResponse HandleAlterConfigs(const Call& call,
                                              const wire::AlterConfigsRequest& request) {
  return AlterEach<wire::AlterConfigsResponse>(request, [&](const Asked& asked) {
    const auto change = [&](const engine::ConfigMap&) { return Wanted(asked); };
    return ReplaceConfigs(call, asked.resource_type, asked.resource_name, change,
                          request.validate_only);
  });
}

}  // namespace rill::net
