#include "engine/quota/client_quotas.h"

#include <algorithm>
#include <iterator>

#include "engine/config_spec.h"

namespace rill::engine {
namespace {

constexpr std::string_view kNames[kClientQuotaTypes] = {"producer_byte_rate", "consumer_byte_rate",
                                                        "request_percentage"};

using Name = std::optional<std::string>;

QuotaEntity Both(Name user, Name client_id) {
  return {{kUserEntity, std::move(user)}, {kClientIdEntity, std::move(client_id)}};
}

}  // namespace

std::string_view QuotaName(ClientQuotaType kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<ClientQuotaType> FindQuota(std::string_view name) {
  const auto* const found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<ClientQuotaType>(std::distance(std::begin(kNames), found));
}

ClientQuotas::ClientQuotas(const ResourceConfigs& configs) {
  const auto first = configs.lower_bound(std::string(kQuotaResources));
  for (auto at = first; at != configs.end() && at->first.starts_with(kQuotaResources); ++at) {
    const auto entity = ParseQuotaResource(at->first);
    if (!entity) continue;
    for (const auto& [name, value] : at->second) {
      const auto kind = FindQuota(name);
      const double bound = ConfigDouble(value);
      if (kind && bound > 0) by_entity_[*entity][*kind] = bound;
    }
  }
}

std::optional<double> ClientQuotas::BoundOf(ClientQuotaType kind, const QuotaEntity& entity) const {
  const auto found = by_entity_.find(entity);
  if (found == by_entity_.end()) return std::nullopt;
  const auto bound = found->second.find(kind);
  if (bound == found->second.end()) return std::nullopt;
  return bound->second;
}

std::optional<ClientQuota> ClientQuotas::Find(ClientQuotaType kind, const std::string& user,
                                              const std::string& client_id) const {
  struct Level {
    QuotaEntity entity;
    bool is_of_client;
    QuotaEntity shared_by;
  };
  const QuotaEntity of_both = Both(user, client_id);
  const QuotaEntity of_user = {{kUserEntity, user}};
  const QuotaEntity of_client = {{kClientIdEntity, client_id}};
  const Level levels[] = {{of_both, true, of_both},
                          {Both(user, std::nullopt), true, of_both},
                          {of_user, false, of_user},
                          {Both(std::nullopt, client_id), true, of_both},
                          {Both(std::nullopt, std::nullopt), true, of_both},
                          {{{kUserEntity, std::nullopt}}, false, of_user},
                          {of_client, true, of_client},
                          {{{kClientIdEntity, std::nullopt}}, true, of_client}};
  for (const Level& level : levels) {
    if (level.is_of_client && client_id.empty()) continue;
    if (const auto bound = BoundOf(kind, level.entity)) {
      return ClientQuota{*bound, QuotaResource(level.shared_by)};
    }
  }
  return std::nullopt;
}

}  // namespace rill::engine
