#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/remote/admin_client.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/list_config_resources.h"

namespace rill::remote {

// What has configs, by Kafka's numbers (ConfigResource.Type).
enum class ResourceType : std::int8_t {
  kTopic = 2,
  kBroker = 4,
  kBrokerLogger = 8,
  kClientMetrics = 16,
  kGroup = 32,
};

struct ConfigResource {
  ResourceType type = ResourceType::kTopic;
  std::string name;  // of a broker its id, empty: the defaults of all brokers
};

// Where the value of a config is from, by Kafka's numbers and names (ConfigEntry.ConfigSource).
enum class ConfigSource : std::int8_t {
  kUnknown = 0,
  kDynamicTopic = 1,
  kDynamicBroker = 2,
  kDynamicDefaultBroker = 3,
  kStaticBroker = 4,
  kDefault = 5,
  kDynamicBrokerLogger = 6,
  kDynamicClientMetrics = 7,
  kDynamicGroup = 8,
};
// "DYNAMIC_TOPIC_CONFIG"; "UNKNOWN" for a number that Kafka has no name for.
const char* ConfigSourceName(std::int8_t source);

using ConfigEntry = wire::DescribeConfigsResponse::Resource::Config;
using ConfigChange = wire::IncrementalAlterConfigsRequest::Resource::Config;

// What a change does, by Kafka's numbers (AlterConfigOp.OpType).
inline constexpr std::int8_t kSetConfig = 0;
inline constexpr std::int8_t kDeleteConfig = 1;

// All configs of each resource, in the order of `resources`. Those of a broker are that broker's to
// tell, all else is anybody's. Errors as those of topics.h.
absl::StatusOr<std::vector<std::vector<ConfigEntry>>> DescribeConfigs(
    AdminClient& client, const std::vector<ConfigResource>& resources, bool include_synonyms);

absl::Status AlterConfigs(AdminClient& client, const ConfigResource& resource,
                          const std::vector<ConfigChange>& changes);

// The names of those of a type that have configs of their own.
absl::StatusOr<std::vector<std::string>> ListConfigResources(AdminClient& client,
                                                             ResourceType type);

}  // namespace rill::remote
