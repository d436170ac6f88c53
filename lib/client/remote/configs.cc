#include "client/remote/configs.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/parse_number.h"
#include "client/remote/error_text.h"
#include "fmt/format.h"

namespace rill::remote {
namespace {

using wire::ApiKey;

constexpr const char* kSourceNames[] = {"UNKNOWN",
                                        "DYNAMIC_TOPIC_CONFIG",
                                        "DYNAMIC_BROKER_CONFIG",
                                        "DYNAMIC_DEFAULT_BROKER_CONFIG",
                                        "STATIC_BROKER_CONFIG",
                                        "DEFAULT_CONFIG",
                                        "DYNAMIC_BROKER_LOGGER_CONFIG",
                                        "DYNAMIC_CLIENT_METRICS_CONFIG",
                                        "DYNAMIC_GROUP_CONFIG"};

template <typename Resources>
ErrorCode FirstError(const Resources& resources) {
  for (const auto& resource : resources) {
    if (resource.error_code != ErrorCode::kNone) return resource.error_code;
  }
  return ErrorCode::kNone;
}

// Who answers for a resource.
Target TargetOf(const ConfigResource& resource) {
  const bool is_of_broker =
      resource.type == ResourceType::kBroker || resource.type == ResourceType::kBrokerLogger;
  const auto id = base::ParseNumber<std::int32_t>(resource.name);
  return is_of_broker && id ? Target::Broker(*id) : Target::AnyBroker();
}

// A resource of the request, and where its configs go.
struct Wanted {
  const ConfigResource* resource;
  std::vector<ConfigEntry>* configs;
};

absl::Status TakeConfigs(wire::DescribeConfigsResponse& response, const Wanted& wanted) {
  for (auto& result : response.results) {
    if (result.resource_type != static_cast<std::int8_t>(wanted.resource->type) ||
        result.resource_name != wanted.resource->name) {
      continue;
    }
    auto status = ToStatus(result.error_code, result.error_message);
    if (status.ok()) *wanted.configs = std::move(result.configs);
    return status;
  }
  return absl::InvalidArgumentError(
      fmt::format("a broker that was asked for the configs of \"{}\" says nothing of them",
                  wanted.resource->name));
}

absl::Status DescribeAt(AdminClient& client, const Target& target,
                        const std::vector<Wanted>& all_wanted, bool include_synonyms) {
  wire::DescribeConfigsRequest request;
  request.include_synonyms = include_synonyms;
  for (const Wanted& wanted : all_wanted) {
    request.resources.push_back(
        {static_cast<std::int8_t>(wanted.resource->type), wanted.resource->name, std::nullopt});
  }
  auto response = client.Ask<wire::DescribeConfigsResponse>(
      target, ApiKey::kDescribeConfigs, [&](int) { return request; },
      [](const wire::DescribeConfigsResponse& answer) { return FirstError(answer.results); });
  if (!response.ok()) return response.status();
  for (const Wanted& wanted : all_wanted) {
    if (auto status = TakeConfigs(*response, wanted); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

const char* ConfigSourceName(std::int8_t source) {
  const bool is_known = source >= 0 && source < static_cast<int>(std::size(kSourceNames));
  return kSourceNames[is_known ? source : 0];
}

absl::StatusOr<std::vector<std::vector<ConfigEntry>>> DescribeConfigs(
    AdminClient& client, const std::vector<ConfigResource>& resources, bool include_synonyms) {
  std::vector<std::vector<ConfigEntry>> all(resources.size());
  std::vector<Wanted> of_anybody;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const Wanted wanted{&resources[i], &all[i]};
    const Target target = TargetOf(resources[i]);
    if (target.kind == Target::Kind::kAnyBroker) {
      of_anybody.push_back(wanted);
      continue;
    }
    auto status = DescribeAt(client, target, {wanted}, include_synonyms);
    if (!status.ok()) return status;
  }
  if (of_anybody.empty()) return all;
  auto status = DescribeAt(client, Target::AnyBroker(), of_anybody, include_synonyms);
  if (!status.ok()) return status;
  return all;
}

absl::Status AlterConfigs(AdminClient& client, const ConfigResource& resource,
                          const std::vector<ConfigChange>& changes) {
  wire::IncrementalAlterConfigsRequest request;
  request.resources = {{static_cast<std::int8_t>(resource.type), resource.name, changes}};
  const auto response = client.Ask<wire::IncrementalAlterConfigsResponse>(
      TargetOf(resource), ApiKey::kIncrementalAlterConfigs, [&](int) { return request; },
      [](const wire::IncrementalAlterConfigsResponse& answer) {
        return FirstError(answer.responses);
      });
  if (!response.ok()) return response.status();
  for (const auto& result : response->responses) {
    auto status = ToStatus(result.error_code, result.error_message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ListConfigResources(AdminClient& client,
                                                             ResourceType type) {
  const auto number = static_cast<std::int8_t>(type);
  const auto response = client.Ask<wire::ListConfigResourcesResponse>(
      Target::AnyBroker(), ApiKey::kListConfigResources,
      [&](int version) {
        // Version 0 is of client metrics alone, and cannot name types.
        wire::ListConfigResourcesRequest request;
        if (version > 0) request.resource_types = {number};
        return request;
      },
      [](const wire::ListConfigResourcesResponse& answer) { return answer.error_code; });
  if (!response.ok()) return response.status();
  if (auto status = ToStatus(response->error_code); !status.ok()) return status;
  std::vector<std::string> names;
  for (const auto& resource : response->config_resources) {
    if (resource.resource_type == number) names.push_back(resource.resource_name);
  }
  return names;
}

}  // namespace rill::remote
