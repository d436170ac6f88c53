// PushTelemetry, version 0 (KIP-714).
//
// Takes a client's metrics, unpacks them, and hands them to the application
// (NodeOptions::telemetry), unless it pushes too early or too much, or by a subscription that does
// not hold any more. One that says that it ends may push at once, and then no more.
//
// Told of only where the application receives what is pushed.
//
// Deviations: who pushes elsewhere all the same has its connection closed, where Kafka answers.
// Metrics of more than ten times telemetry.max.bytes, unpacked, are
// TELEMETRY_TOO_LARGE.
#include "net/handlers.h"
#include "net/place_of.h"
#include "net/refuse.h"
#include "net/telemetry.h"
#include "net/telemetry_client.h"

namespace rill::net {

absl::StatusOr<wire::PushTelemetryResponse> HandlePushTelemetry(
    const Call& call, const wire::PushTelemetryRequest& request) {
  if (call.node.telemetry == nullptr) return RefuseRequest("nobody receives telemetry here");
  wire::PushTelemetryResponse response;
  response.error_code = CodeOf(call.node.telemetry->Push(TelemetryClientOf(call), request));
  return response;
}

}  // namespace rill::net
