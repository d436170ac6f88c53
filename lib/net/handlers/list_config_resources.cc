// ListConfigResources, versions 0 and 1.
//
// The resources that can have configs: from version 1 on those of the types that are asked for, all
// for an empty list. Version 0 is Kafka's older ListClientMetricsResources, of which there are
// none.
//
// Deviations: of client metrics, broker loggers and groups there is none with configs here, so
// these lists are empty. A type that Kafka does not have is UNSUPPORTED_VERSION, as with Kafka.
#include <algorithm>
#include <array>
#include <string>

#include "net/authorize.h"
#include "net/config_resource.h"
#include "net/handlers.h"
#include "net/identity.h"
#include "net/place_of.h"

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

}  // namespace

wire::ListConfigResourcesResponse HandleListConfigResources(
    const Call& call, const wire::ListConfigResourcesRequest& request) {
  wire::ListConfigResourcesResponse response;
  response.error_code = CodeOf(CheckCluster(call, AclOperation::kDescribeConfigs));
  if (response.error_code != ErrorCode::kNone || call.version < kFirstOfAllTypes) return response;
  if (!std::all_of(request.resource_types.begin(), request.resource_types.end(), IsType)) {
    response.error_code = ErrorCode::kUnsupportedVersion;
    return response;
  }
  const auto add = [&](const std::string& name, ConfigResource type) {
    response.config_resources.push_back({name, static_cast<std::int8_t>(type)});
  };
  if (Wants(request, ConfigResource::kTopic)) {
    for (const auto& topic : call.node.engine->topics(true)) {
      add(topic->name(), ConfigResource::kTopic);
    }
  }
  if (Wants(request, ConfigResource::kBroker)) {
    add(std::to_string(NodeId(call)), ConfigResource::kBroker);
  }
  return response;
}

}  // namespace rill::net
