// AlterClientQuotas, versions 0 and 1.
//
// Sets quotas of users, of clients by their ids, and of both together, or takes them back: all that
// is asked for of one of them in one step, or nothing where something of it is wrong. Or only says
// whether it would (`validate_only`). They hold at once, for all nodes of the engine, and are kept.
// A name that is null is the default of all who have none by name. An answer for each, in order.
//
// Deviations: quotas of addresses (connection_creation_rate) and controller_mutation_rate would
// bind nobody, and are INVALID_REQUEST. A request that has taken ten seconds already is answered
// with REQUEST_TIMED_OUT for what is left of it: others wait for the same thread.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>

#include "engine/quota/client_quotas.h"
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

using Asked = wire::AlterClientQuotasRequest::Entry;

constexpr double kMostOfAFraction = 1e-6;
constexpr std::chrono::seconds kLongest(10);

absl::StatusOr<engine::QuotaEntity> EntityOf(const Asked& asked) {
  engine::QuotaEntity entity;
  for (const auto& [type, name] : asked.entity) {
    if (!IsQuotaType(type)) {
      return RefuseRequest(fmt::format("Unhandled client quota entity type: {}", type));
    }
    if (name.has_value() && name->empty()) {
      return RefuseRequest(fmt::format("Empty {} not supported", type));
    }
    if (!entity.emplace(type, name).second) {
      return RefuseRequest(
          fmt::format("Invalid client quota entity, duplicate entity entry {}", type));
    }
  }
  if (entity.empty()) return RefuseRequest("Invalid empty client quota entity");
  if (entity.contains(kIpEntity)) {
    return RefuseRequest("there are no quotas of addresses here");
  }
  return entity;
}

absl::Status CheckValue(const std::string& name, double value) {
  const auto kind = engine::FindQuota(name);
  if (!kind) {
    return RefuseRequest(name == "controller_mutation_rate"
                             ? "the quota controller_mutation_rate binds nobody here"
                             : fmt::format("Invalid configuration key {}", name));
  }
  if (!(value > 0)) return RefuseRequest(fmt::format("Quota {} must be greater than 0", name));
  if (*kind == ClientQuotaType::kRequest) return absl::OkStatus();
  if (value > static_cast<double>(std::numeric_limits<std::int64_t>::max())) {
    return RefuseRequest(fmt::format("Proposed value for {} is too large for a LONG.", name));
  }
  if (std::fmod(value, 1.0) > kMostOfAFraction) {
    return RefuseRequest(fmt::format("{} cannot be a fractional value.", name));
  }
  return absl::OkStatus();
}

absl::StatusOr<engine::ConfigMap> Changed(const Asked& asked, engine::ConfigMap quotas) {
  std::set<std::string> seen;
  for (const Asked::Op& op : asked.ops) {
    if (!seen.insert(op.key).second) {
      return RefuseRequest(fmt::format("Duplicate quota key {}", op.key));
    }
    if (op.remove) {
      quotas.erase(op.key);
      continue;
    }
    if (auto sound = CheckValue(op.key, op.value); !sound.ok()) return sound;
    quotas[op.key] = fmt::format("{}", op.value);
  }
  return quotas;
}

absl::Status CheckTime(std::chrono::steady_clock::time_point begun) {
  if (std::chrono::steady_clock::now() - begun < kLongest) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kDeadlineExceeded, ErrorCode::kRequestTimedOut,
      fmt::format("the quotas before this one in the request took {} s", kLongest.count()));
}

}  // namespace

wire::AlterClientQuotasResponse HandleAlterClientQuotas(
    const Call& call, const wire::AlterClientQuotasRequest& request) {
  const auto begun = std::chrono::steady_clock::now();  // what it waited before is not its work
  std::map<std::string, int> named;
  for (const Asked& asked : request.entries) {
    if (const auto entity = EntityOf(asked); entity.ok()) ++named[engine::QuotaResource(*entity)];
  }
  wire::AlterClientQuotasResponse response;
  for (const Asked& asked : request.entries) {
    const auto entity = EntityOf(asked);
    const absl::Status may = CheckCluster(call, AclOperation::kAlterConfigs);
    absl::Status status = may.ok() ? entity.status() : may;
    const std::string resource = entity.ok() ? engine::QuotaResource(*entity) : std::string();
    if (status.ok()) status = CheckTime(begun);
    if (status.ok() && named[resource] > 1) {
      status = RefuseRequest("the entity is named twice in the request");
    }
    if (status.ok()) {
      const auto change = [&](const engine::ConfigMap& own) { return Changed(asked, own); };
      status = call.node.engine->ReplaceResourceConfigs(resource, change, request.validate_only);
    }
    auto& answered = response.entries.emplace_back();
    answered.error_code = CodeOf(status);
    answered.error_message.reset();
    if (!status.ok()) answered.error_message = ErrorText(status);
    for (const auto& [type, name] : asked.entity) answered.entity.push_back({type, name});
  }
  return response;
}

}  // namespace rill::net
