#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/local_engine.h"
#include "net/call.h"
#include "net/error_text.h"
#include "net/place_of.h"
#include "net/refuse.h"

namespace rill::net {

// What AlterConfigs and IncrementalAlterConfigs have in common.

// Has `change` change the configs of a topic, of a group, of this broker or of all, of a
// subscription to clients' metrics; with `only_validate` says whether it would. INVALID_REQUEST for
// a resource that has none here, or is not this node's; TOPIC_, GROUP_ or
// CLUSTER_AUTHORIZATION_FAILED for who may not change them.
absl::Status ReplaceConfigs(const Call& call, std::int8_t resource_type, const std::string& name,
                            const engine::LocalEngine::ConfigsChange& change, bool only_validate);

// The list that a change of a single config begins with: its own, else what holds without. Nothing
// where the config is no list.
std::optional<std::string> ListHeld(const Call& call, std::int8_t resource_type,
                                    const std::string& config, const engine::ConfigMap& own);

// INVALID_REQUEST where one of them stands there twice.
template <typename Config>
absl::Status CheckNamedOnce(const std::vector<Config>& configs) {
  std::set<std::string> names;
  for (const Config& config : configs) {
    if (!names.insert(config.name).second) {
      return RefuseRequest("the config " + config.name + " is named twice");
    }
  }
  return absl::OkStatus();
}

// Has `alter` alter each resource that is named once; an answer for each, in order.
template <typename Response, typename Request, typename Alter>
Response AlterEach(const Request& request, const Alter& alter) {
  std::map<std::pair<std::int8_t, std::string>, int> named;
  for (const auto& asked : request.resources) ++named[{asked.resource_type, asked.resource_name}];
  Response response;
  for (const auto& asked : request.resources) {
    absl::Status status = CheckNamedOnce(asked.configs);
    if (named[{asked.resource_type, asked.resource_name}] > 1) {
      status = RefuseRequest("the resource is named twice in the request");
    }
    if (status.ok()) status = alter(asked);
    auto& answered = response.responses.emplace_back();
    answered.error_code = CodeOf(status);
    answered.error_message.reset();
    if (!status.ok()) answered.error_message = ErrorText(status);
    answered.resource_type = asked.resource_type;
    answered.resource_name = asked.resource_name;
  }
  return response;
}

}  // namespace rill::net
