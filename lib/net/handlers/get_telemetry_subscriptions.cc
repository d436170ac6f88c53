// GetTelemetrySubscriptions, version 0 (KIP-714).
//
// Which metrics a client is to push, how often and how large: by all subscriptions that match it
// (resources of the type CLIENT_METRICS). A client without an id gets one. Who asks before its
// interval is over is THROTTLING_QUOTA_EXCEEDED, unless what it asked for has changed.
//
// Told of only where the application receives what is pushed (NodeOptions::telemetry).
//
// Deviations: who asks elsewhere all the same has its connection closed; Kafka, which does not tell
// of it there either, answers that there are no metrics to push. Who was just refused for an
// unknown subscription, or for its compression, may ask at once; Kafka means to, and does not let
// it.
#include "net/handlers.h"
#include "net/place_of.h"
#include "net/refuse.h"
#include "net/telemetry.h"
#include "net/telemetry_client.h"

namespace rill::net {

absl::StatusOr<wire::GetTelemetrySubscriptionsResponse> HandleGetTelemetrySubscriptions(
    const Call& call, const wire::GetTelemetrySubscriptionsRequest& request) {
  if (call.node.telemetry == nullptr) return RefuseRequest("nobody receives telemetry here");
  const bool has_id = !(request.client_instance_id == base::Uuid());
  const base::Uuid id = has_id ? request.client_instance_id : base::Uuid::Random();
  wire::GetTelemetrySubscriptionsResponse response;
  auto plan = call.node.telemetry->Get(id, TelemetryClientOf(call));
  if (!plan.ok()) {
    response.error_code = CodeOf(plan.status());
    return response;
  }
  response.client_instance_id = id;
  response.subscription_id = plan->id;
  response.accepted_compression_types = {4, 3, 1, 2};  // zstd, lz4, gzip, snappy: best first
  response.push_interval_ms = static_cast<std::int32_t>(absl::ToInt64Milliseconds(plan->interval));
  response.telemetry_max_bytes = static_cast<std::int32_t>(call.node.telemetry->max_bytes());
  response.delta_temporality = true;
  response.requested_metrics = std::move(plan->metrics);
  return response;
}

}  // namespace rill::net
