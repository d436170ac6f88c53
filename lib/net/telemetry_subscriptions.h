#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/uuid.h"
#include "engine/config_spec.h"
#include "engine/resource_configs.h"
#include "net/text_pattern.h"

namespace rill::net {

// Which metrics which clients are to push (KIP-714): Kafka's resources of the type CLIENT_METRICS,
// kept as configs of "client-metrics/NAME".
inline constexpr std::string_view kClientMetricsResources = "client-metrics/";

// "interval.ms", "match", "metrics".
std::span<const engine::ConfigSpec> ClientMetricsConfigSpecs();

// The configs of a subscription, checked. InvalidArgument: INVALID_REQUEST for a name or an
// interval that is none, INVALID_CONFIG for a pattern or a value.
absl::StatusOr<engine::ConfigMap> CheckClientMetricsConfigs(const std::string& name,
                                                            const engine::ConfigMap& configs);

// What a subscription may look at of a client.
struct TelemetryClient {
  std::string client_id;
  std::string software_name;     // empty: it did not say
  std::string software_version;  // the same
  std::string address;
  std::uint16_t port = 0;
};

// What a client is to push, and how often.
struct TelemetryPlan {
  std::vector<std::string> metrics;  // prefixes of names, in order, each once; "*" for all
  absl::Duration interval = absl::Minutes(5);
  std::int32_t id = 0;  // another one for other metrics or another interval

  friend bool operator==(const TelemetryPlan&, const TelemetryPlan&) = default;
};

// All subscriptions. A value.
class TelemetrySubscriptions {
 public:
  TelemetrySubscriptions() = default;
  explicit TelemetrySubscriptions(const engine::ResourceConfigs& configs);

  // By all that match.
  TelemetryPlan PlanFor(const base::Uuid& instance, const TelemetryClient& client) const;

 private:
  struct Subscription {
    std::vector<std::string> metrics;
    absl::Duration interval;
    std::map<std::string, TextPattern> match;  // by what is looked at
  };

  std::vector<Subscription> subscriptions_;
};

}  // namespace rill::net
