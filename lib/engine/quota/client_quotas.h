#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/quota/quota_entity.h"
#include "engine/resource_configs.h"
#include "rill/client_quota.h"

namespace rill::engine {

inline constexpr std::size_t kClientQuotaTypes = 3;

// "producer_byte_rate", "consumer_byte_rate", "request_percentage".
std::string_view QuotaName(ClientQuotaType kind);
// Nothing for a quota that is none, or that binds nobody here.
std::optional<ClientQuotaType> FindQuota(std::string_view name);

// Which quotas hold for whom. A value.
class ClientQuotas {
 public:
  ClientQuotas() = default;
  // Those among `configs`; what is none of this rill's is passed by.
  explicit ClientQuotas(const ResourceConfigs& configs);

  bool empty() const { return by_entity_.empty(); }

  // The one that holds for the client, of those that bind it: the order is Kafka's, in which users
  // come before clients and names before defaults. A client without an id has no quota of clients.
  std::optional<ClientQuota> Find(ClientQuotaType kind, const std::string& user,
                                  const std::string& client_id) const;

 private:
  std::optional<double> BoundOf(ClientQuotaType kind, const QuotaEntity& entity) const;

  std::map<QuotaEntity, std::map<ClientQuotaType, double>> by_entity_;
};

}  // namespace rill::engine
