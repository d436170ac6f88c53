// DescribeClientQuotas, versions 0 and 1.
//
// The quotas of those that the filter names: by name, the defaults of all who have none by name, or
// whoever has a quota of the type. `strict`: of these types and no other. An answer for each that
// has quotas, in order.
//
// Deviations: there are no quotas of addresses, so that a filter for them finds none.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "engine/quota/quota_entity.h"
#include "fmt/format.h"
#include "net/authorize.h"
#include "net/error_text.h"
#include "net/handlers.h"
#include "net/place_of.h"
#include "net/quota_types.h"
#include "net/refuse.h"

namespace rill::net {
namespace {

using Component = wire::DescribeClientQuotasRequest::Component;
using Entry = wire::DescribeClientQuotasResponse::Entry;

enum class Match : std::int8_t { kExact = 0, kDefault = 1, kAny = 2 };

// For each type the name that is asked for, nothing for the default; or anybody.
struct Filter {
  engine::QuotaEntity exact;
  std::set<std::string> any;

  bool Has(const std::string& type) const { return exact.contains(type) || any.contains(type); }
};

absl::Status Add(const Component& asked, Filter& filter) {
  const std::string& type = asked.entity_type;
  if (type.empty()) return RefuseRequest("Invalid empty entity type.");
  if (filter.Has(type)) {
    return RefuseRequest(
        fmt::format("Entity type {} cannot appear more than once in the filter.", type));
  }
  if (!IsQuotaType(type)) {
    return Refuse(ErrorCode::kUnsupportedVersion, fmt::format("Unsupported entity type {}", type));
  }
  const auto match = static_cast<Match>(asked.match_type);
  if (match != Match::kExact && match != Match::kDefault && match != Match::kAny) {
    return RefuseRequest(fmt::format("Unknown match type {}", asked.match_type));
  }
  if ((match == Match::kExact) != asked.match.has_value()) {
    return RefuseRequest(
        fmt::format("a name of a {} goes with match type 0, and with no other", type));
  }
  if (match == Match::kAny) {
    filter.any.insert(type);
  } else {
    filter.exact.emplace(type, asked.match);
  }
  return absl::OkStatus();
}

absl::StatusOr<Filter> FilterOf(const Call& call,
                                const wire::DescribeClientQuotasRequest& request) {
  if (auto may = CheckCluster(call, AclOperation::kDescribeConfigs); !may.ok()) return may;
  Filter filter;
  for (const Component& asked : request.components) {
    if (auto added = Add(asked, filter); !added.ok()) return added;
  }
  const bool has_others = filter.Has(engine::kUserEntity) || filter.Has(engine::kClientIdEntity);
  if (filter.Has(kIpEntity) && has_others) {
    return RefuseRequest(
        "Invalid entity filter component combination. IP filter component should not be used with "
        "user or clientId filter component.");
  }
  return filter;
}

bool Matches(const Filter& filter, const engine::QuotaEntity& entity, bool is_strict) {
  if (is_strict && entity.size() != filter.exact.size() + filter.any.size()) return false;
  const bool has_all = std::all_of(filter.any.begin(), filter.any.end(),
                                   [&](const auto& type) { return entity.contains(type); });
  return has_all && std::all_of(filter.exact.begin(), filter.exact.end(), [&](const auto& wanted) {
           const auto found = entity.find(wanted.first);
           return found != entity.end() && found->second == wanted.second;
         });
}

Entry Show(const engine::QuotaEntity& entity, const engine::ConfigMap& quotas) {
  Entry entry;
  for (const auto& [type, name] : entity) entry.entity.push_back({type, name});
  for (const auto& [name, value] : quotas) {
    entry.values.push_back({name, engine::ConfigDouble(value)});
  }
  return entry;
}

}  // namespace

wire::DescribeClientQuotasResponse HandleDescribeClientQuotas(
    const Call& call, const wire::DescribeClientQuotasRequest& request) {
  wire::DescribeClientQuotasResponse response;
  const auto filter = FilterOf(call, request);
  if (!filter.ok()) {
    response.error_code = CodeOf(filter.status());
    response.error_message = ErrorText(filter.status());
    response.entries.reset();
    return response;
  }
  response.error_message.reset();
  for (const auto& [resource, quotas] : *call.node.engine->resource_configs()) {
    const auto entity = engine::ParseQuotaResource(resource);
    if (!entity || !Matches(*filter, *entity, request.strict)) continue;
    response.entries->push_back(Show(*entity, quotas));
  }
  return response;
}

}  // namespace rill::net
