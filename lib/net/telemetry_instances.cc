#include "net/telemetry_instances.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "net/place_of.h"
#include "net/refuse.h"

namespace rill::net {
namespace {

constexpr absl::Duration kShortestMemory = absl::Minutes(1);
constexpr int kIntervalsRemembered = 3;
// None, gzip, snappy, lz4, zstd.
constexpr std::int8_t kLastCompressionType = 4;

absl::Status TooSoon(const base::Uuid& id) {
  return Refuse(ErrorCode::kThrottlingQuotaExceeded,
                fmt::format("Request from the client [{}] arrived before the next push interval "
                            "time",
                            id.ToString()));
}

}  // namespace

void TelemetryInstances::SetSubscriptions(TelemetrySubscriptions subscriptions) {
  subscriptions_ = std::move(subscriptions);
  ++version_;
}

// One that was there before the subscriptions changed is as one that was never seen.
TelemetryInstances::Instance& TelemetryInstances::Find(const base::Uuid& id,
                                                       const TelemetryClient& client,
                                                       absl::Time now) {
  auto found = instances_.find(id);
  if (found == instances_.end()) {
    if (instances_.size() >= limits_.most) MakeRoom(now);
    found = instances_.emplace(id, Instance()).first;
  }
  Instance& instance = found->second;
  if (instance.version != version_) {
    const TelemetryPlan plan = subscriptions_.PlanFor(id, client);
    instance = Instance();
    instance.version = version_;
    instance.plan_id = plan.id;
    instance.interval = plan.interval;
  }
  instance.seen = now;
  return instance;
}

absl::StatusOr<TelemetryPlan> TelemetryInstances::Get(const base::Uuid& id,
                                                      const TelemetryClient& client,
                                                      absl::Time now) {
  Instance& instance = Find(id, client, now);
  const bool must_ask_anew = instance.last_error == ErrorCode::kUnknownSubscriptionId ||
                             instance.last_error == ErrorCode::kUnsupportedCompressionType;
  const absl::Time last = std::max(instance.last_get, instance.last_push);
  if (now - last < instance.interval && !must_ask_anew) return TooSoon(id);
  instance.last_get = now;
  instance.last_error = ErrorCode::kNone;
  return subscriptions_.PlanFor(id, client);
}

absl::Status TelemetryInstances::CheckPush(const base::Uuid& id, const TelemetryClient& client,
                                           const Push& push, absl::Time now) {
  if (id.IsReserved()) {
    return RefuseRequest(
        fmt::format("Invalid request from the client [{}], invalid client "
                    "instance id",
                    id.ToString()));
  }
  Instance& instance = Find(id, client, now);
  auto checked = Check(instance, id, push, now);
  instance.is_terminating = push.is_terminating;
  instance.last_error = CodeOf(checked);
  return checked;
}

absl::Status TelemetryInstances::Check(Instance& instance, const base::Uuid& id, const Push& push,
                                       absl::Time now) const {
  if (instance.is_terminating) {
    return RefuseRequest(
        fmt::format("Client [{}] said in its last request that it ends", id.ToString()));
  }
  const bool is_due =
      instance.last_get > instance.last_push || now - instance.last_push >= instance.interval;
  if (is_due) instance.last_push = now;
  if (!is_due && !push.is_terminating) return TooSoon(id);
  if (push.subscription_id != instance.plan_id) {
    return Refuse(ErrorCode::kUnknownSubscriptionId,
                  fmt::format("Unknown client subscription id for the client [{}]", id.ToString()));
  }
  if (push.compression_type < 0 || push.compression_type > kLastCompressionType) {
    return Refuse(ErrorCode::kUnsupportedCompressionType,
                  fmt::format("Unknown compression type [{}] is received in telemetry request from "
                              "[{}]",
                              push.compression_type, id.ToString()));
  }
  if (push.bytes > limits_.max_bytes) {
    return Refuse(ErrorCode::kTelemetryTooLarge,
                  fmt::format("Telemetry request from [{}] is larger than the maximum allowed size "
                              "[{}]",
                              id.ToString(), limits_.max_bytes));
  }
  return absl::OkStatus();
}

// Many at a time, so that it is not done for each that comes.
void TelemetryInstances::MakeRoom(absl::Time now) {
  const auto is_gone = [&](const Instance& instance) {
    return now - instance.seen >
           std::max(kShortestMemory, kIntervalsRemembered * instance.interval);
  };
  absl::erase_if(instances_, [&](const auto& entry) { return is_gone(entry.second); });
  if (instances_.size() < limits_.most - limits_.most / 4) return;
  std::vector<absl::Time> seen;
  seen.reserve(instances_.size());
  for (const auto& [id, instance] : instances_) seen.push_back(instance.seen);
  const auto quarter = seen.begin() + static_cast<std::ptrdiff_t>(seen.size() / 4);
  std::nth_element(seen.begin(), quarter, seen.end());
  const absl::Time oldest_kept = *quarter;
  absl::erase_if(instances_, [&](const auto& entry) { return entry.second.seen <= oldest_kept; });
}

}  // namespace rill::net
