#include "wire/messages/get_telemetry_subscriptions.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<GetTelemetrySubscriptionsRequest> = {
    Member<&GetTelemetrySubscriptionsRequest::client_instance_id>("clientInstanceId")};

template <>
const Message& MessageOf<GetTelemetrySubscriptionsRequest>() {
  static constexpr Message kMessage =
      Describe<GetTelemetrySubscriptionsRequest>("GetTelemetrySubscriptionsRequest", 0, 0, 0);
  return kMessage;
}

template <>
inline constexpr std::array kFields<GetTelemetrySubscriptionsResponse> = {
    Member<&GetTelemetrySubscriptionsResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&GetTelemetrySubscriptionsResponse::error_code>("errorCode"),
    Member<&GetTelemetrySubscriptionsResponse::client_instance_id>("clientInstanceId"),
    Member<&GetTelemetrySubscriptionsResponse::subscription_id>("subscriptionId"),
    Member<&GetTelemetrySubscriptionsResponse::accepted_compression_types>(
        "acceptedCompressionTypes"),
    Member<&GetTelemetrySubscriptionsResponse::push_interval_ms>("pushIntervalMs"),
    Member<&GetTelemetrySubscriptionsResponse::telemetry_max_bytes>("telemetryMaxBytes"),
    Member<&GetTelemetrySubscriptionsResponse::delta_temporality>("deltaTemporality"),
    Member<&GetTelemetrySubscriptionsResponse::requested_metrics>("requestedMetrics")};

template <>
const Message& MessageOf<GetTelemetrySubscriptionsResponse>() {
  static constexpr Message kMessage =
      Describe<GetTelemetrySubscriptionsResponse>("GetTelemetrySubscriptionsResponse", 0, 0, 0);
  return kMessage;
}

}  // namespace rill::wire
