// ListConfigResources, versions 0 and 1.
//
// The resources that can have configs: from version 1 on those of the types that are asked for, all
// for an empty list. Version 0 is Kafka's older ListClientMetricsResources: subscriptions to
// clients' metrics alone.
//
// Of groups those that have configs of their own, whether they are there or not. A type that Kafka
// does not have is UNSUPPORTED_VERSION, as with Kafka.
//
// Deviations: of broker loggers there is none with configs here, so that list is empty.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "engine/group_configs.h"
#include "net/authorize.h"
#include "net/config_resource.h"
#include "net/handlers.h"
#include "net/identity.h"
#include "net/place_of.h"
#include "net/telemetry_subscriptions.h"

namespace rill::net {
namespace {

constexpr int kFirstOfAllTypes = 1;
constexpr std::array kTypes = {ConfigResource::kTopic, ConfigResource::kBroker,
                               ConfigResource::kBrokerLogger, ConfigResource::kClientMetrics,
                               ConfigResource::kGroup};

bool IsType(std::int8_t type) {
  return std::find(kTypes.begin(), kTypes.end(), static_cast<ConfigResource>(type)) != kTypes.end();
}

bool Wants(const wire::ListConfigResourcesRequest& request, ConfigResource type) {
  const auto& types = request.resource_types;
  return types.empty() ||
         std::find(types.begin(), types.end(), static_cast<std::int8_t>(type)) != types.end();
}

// Those of a kind that have been given configs.
std::vector<std::string> WithConfigs(const Call& call, std::string_view kind) {
  std::vector<std::string> names;
  for (const auto& [resource, configs] : *call.node.engine->resource_configs()) {
    if (resource.starts_with(kind)) names.push_back(resource.substr(kind.size()));
  }
  return names;
}

}  // namespace

wire::ListConfigResourcesResponse HandleListConfigResources(
    const Call& call, const wire::ListConfigResourcesRequest& request) {
  wire::ListConfigResourcesResponse response;
  const auto add = [&](const std::string& name, ConfigResource type) {
    response.config_resources.push_back({name, static_cast<std::int8_t>(type)});
  };
  const auto add_with_configs = [&](std::string_view kind, ConfigResource type) {
    for (const std::string& name : WithConfigs(call, kind)) add(name, type);
  };
  response.error_code = CodeOf(CheckCluster(call, AclOperation::kDescribeConfigs));
  if (response.error_code != ErrorCode::kNone) return response;
  if (call.version < kFirstOfAllTypes) {
    add_with_configs(kClientMetricsResources, ConfigResource::kClientMetrics);
    return response;
  }
  if (!std::all_of(request.resource_types.begin(), request.resource_types.end(), IsType)) {
    response.error_code = ErrorCode::kUnsupportedVersion;
    return response;
  }
  if (Wants(request, ConfigResource::kTopic)) {
    for (const auto& topic : call.node.engine->topics(true)) {
      add(topic->name(), ConfigResource::kTopic);
    }
  }
  if (Wants(request, ConfigResource::kBroker)) {
    add(std::to_string(NodeId(call)), ConfigResource::kBroker);
  }
  if (Wants(request, ConfigResource::kClientMetrics)) {
    add_with_configs(kClientMetricsResources, ConfigResource::kClientMetrics);
  }
  if (Wants(request, ConfigResource::kGroup)) {
    add_with_configs(engine::kGroupResources, ConfigResource::kGroup);
  }
  return response;
}

}  // namespace rill::net
