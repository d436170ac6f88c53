#pragma once

#include <cstdint>
#include <string>

#include "base/uuid.h"
#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Brings a client's metrics, in OpenTelemetry's bytes.
struct PushTelemetryRequest {
  base::Uuid client_instance_id;
  std::int32_t subscription_id = 0;
  bool terminating = false;
  std::int8_t compression_type = 0;
  std::string metrics;

  bool operator==(const PushTelemetryRequest&) const = default;
};
template <>
const Message& MessageOf<PushTelemetryRequest>();

// Whether they were taken.
struct PushTelemetryResponse {
  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;

  bool operator==(const PushTelemetryResponse&) const = default;
};
template <>
const Message& MessageOf<PushTelemetryResponse>();

}  // namespace rill::wire
