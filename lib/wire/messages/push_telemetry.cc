#include "wire/messages/push_telemetry.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<PushTelemetryRequest> = {
    Member<&PushTelemetryRequest::client_instance_id>("clientInstanceId"),
    Member<&PushTelemetryRequest::subscription_id>("subscriptionId"),
    Member<&PushTelemetryRequest::terminating>("terminating"),
    Member<&PushTelemetryRequest::compression_type>("compressionType"),
    Member<&PushTelemetryRequest::metrics>("metrics").AsBytes()};

template <>
const Message& MessageOf<PushTelemetryRequest>() {
  static constexpr Message kMessage =
      Describe<PushTelemetryRequest>("PushTelemetryRequest", 0, 0, 0);
  return kMessage;
}

template <>
inline constexpr std::array kFields<PushTelemetryResponse> = {
    Member<&PushTelemetryResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&PushTelemetryResponse::error_code>("errorCode")};

template <>
const Message& MessageOf<PushTelemetryResponse>() {
  static constexpr Message kMessage =
      Describe<PushTelemetryResponse>("PushTelemetryResponse", 0, 0, 0);
  return kMessage;
}

}  // namespace rill::wire
