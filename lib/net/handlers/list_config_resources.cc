// ListConfigResources, versions 0 and 1.
//
// The resources that can have configs: from version 1 on those of the types that are asked for, all
// for an empty list. Version 0 is Kafka's older ListClientMetricsResources: subscriptions to
// clients' metrics alone.
//
// Deviations: of broker loggers and groups there is none with configs here, so these lists are
// empty. A type that Kafka does not have is UNSUPPORTED_VERSION, as with Kafka.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

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

std::vector<std::string> ClientMetricsOf(const Call& call) {
  std::vector<std::string> names;
  for (const auto& [resource, configs] : *call.node.engine->resource_configs()) {
    if (!resource.starts_with(kClientMetricsResources)) continue;
    names.push_back(resource.substr(kClientMetricsResources.size()));
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
  response.error_code = CodeOf(CheckCluster(call, AclOperation::kDescribeConfigs));
  if (response.error_code != ErrorCode::kNone) return response;
  if (call.version < kFirstOfAllTypes) {
    for (const std::string& name : ClientMetricsOf(call)) add(name, ConfigResource::kClientMetrics);
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
    for (const std::string& name : ClientMetricsOf(call)) add(name, ConfigResource::kClientMetrics);
  }
  return response;
}

}  // namespace rill::net
