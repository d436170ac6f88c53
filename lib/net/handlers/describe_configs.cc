// DescribeConfigs, versions 1 to 4.
//
// All configs of topics, of groups, of this node with its engine (a broker by its number), of
// subscriptions to clients' metrics, and what was set for all brokers (one without a name); or
// those that are asked for by their keys: no keys are all, as in Kafka. With the value comes where
// it is from; on request where else it could be from, and (version 3) what it does. A config that
// was set and that nobody knows is shown without its value. A group need not be there.
//
// Deviations: a resource that is asked for twice is answered once. Where a topic's config has its
// value from a broker's in another unit (log.roll.hours) that one is named; Kafka calls such a
// value a default, and names none. What can be told of a broker is what means something here.
// Loggers have none here: INVALID_REQUEST.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "engine/topic_name.h"
#include "fmt/format.h"
#include "net/authorize.h"
#include "net/broker_configs.h"
#include "net/config_resource.h"
#include "net/error_text.h"
#include "net/handlers.h"
#include "net/place_of.h"
#include "net/refuse.h"
#include "net/shown_configs.h"

namespace rill::net {
namespace {

using Asked = wire::DescribeConfigsRequest::Resource;
using Answered = wire::DescribeConfigsResponse::Resource;

absl::StatusOr<std::vector<ShownConfig>> ConfigsOf(const Call& call, const Asked& asked,
                                                   const ShownParts& parts) {
  switch (static_cast<ConfigResource>(asked.resource_type)) {
    case ConfigResource::kTopic: {
      const std::string& name = asked.resource_name;
      if (auto may = CheckTopic(call, AclOperation::kDescribeConfigs, name); !may.ok()) return may;
      if (auto legal = engine::CheckTopicName(asked.resource_name); !legal.ok()) return legal;
      const auto topic = call.node.engine->DescribeTopic(asked.resource_name);
      if (!topic.ok()) return topic.status();
      return ShowTopicConfigs(call.node, *topic, parts);
    }
    case ConfigResource::kBroker:
      if (auto may = CheckCluster(call, AclOperation::kDescribeConfigs); !may.ok()) return may;
      if (auto own = CheckBroker(call, asked.resource_name); !own.ok()) return own;
      return asked.resource_name.empty() ? ShowClusterConfigs(call.node, parts)
                                         : ShowNodeConfigs(call.node, parts);
    case ConfigResource::kClientMetrics:
      if (auto may = CheckCluster(call, AclOperation::kDescribeConfigs); !may.ok()) return may;
      if (asked.resource_name.empty()) {
        return RefuseRequest("Client metrics subscription name must not be empty");
      }
      return ShowClientMetricsConfigs(call.node, asked.resource_name, parts);
    case ConfigResource::kGroup:
      if (auto may = CheckGroup(call, AclOperation::kDescribeConfigs, asked.resource_name);
          !may.ok()) {
        return may;
      }
      if (asked.resource_name.empty()) return RefuseRequest("Group name must not be empty");
      return ShowGroupConfigs(call.node, asked.resource_name, parts);
    default:
      return RefuseRequest(
          fmt::format("resources of type {} have no configs here", asked.resource_type));
  }
}

bool IsAskedFor(const Asked& asked, const std::string& name) {
  const auto& keys = asked.configuration_keys;
  return !keys.has_value() || keys->empty() ||
         std::find(keys->begin(), keys->end(), name) != keys->end();
}

Answered Describe(const Call& call, const Asked& asked, const ShownParts& parts) {
  Answered answered;
  answered.resource_type = asked.resource_type;
  answered.resource_name = asked.resource_name;
  auto configs = ConfigsOf(call, asked, parts);
  if (!configs.ok()) {
    answered.error_code = CodeOf(configs.status());
    answered.error_message = ErrorText(configs.status());
    return answered;
  }
  answered.error_message.reset();
  std::erase_if(*configs, [&](const ShownConfig& shown) { return !IsAskedFor(asked, shown.name); });
  answered.configs = *std::move(configs);
  return answered;
}

}  // namespace

wire::DescribeConfigsResponse HandleDescribeConfigs(const Call& call,
                                                    const wire::DescribeConfigsRequest& request) {
  const ShownParts parts = {request.include_synonyms, request.include_documentation};
  wire::DescribeConfigsResponse response;
  std::set<std::tuple<std::int8_t, std::string_view>> seen;
  for (const Asked& asked : request.resources) {
    if (!seen.emplace(asked.resource_type, asked.resource_name).second) continue;
    response.results.push_back(Describe(call, asked, parts));
  }
  return response;
}

}  // namespace rill::net
