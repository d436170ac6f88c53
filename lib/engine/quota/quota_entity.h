#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rill::engine {

// Quotas of clients are kept as configs (resource_configs.h), by whom they bind.
inline constexpr std::string_view kQuotaResources = "client-quotas/";

inline constexpr char kUserEntity[] = "user";
inline constexpr char kClientIdEntity[] = "client-id";

// Whom a quota binds: a name for each type; nothing for all who have no quota by name. At least one
// type.
using QuotaEntity = std::map<std::string, std::optional<std::string>>;

// "client-quotas/client-id=orders/user": types in order, each with its name, in which all bytes but
// letters, digits, '-', '.' and '_' are %XX.
std::string QuotaResource(const QuotaEntity& entity);
// Nothing for any text that QuotaResource does not make.
std::optional<QuotaEntity> ParseQuotaResource(std::string_view resource);

}  // namespace rill::engine
