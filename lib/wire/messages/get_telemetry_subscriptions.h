#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks which of its metrics a client is to push (KIP-714).
struct GetTelemetrySubscriptionsRequest {
  base::Uuid client_instance_id;

  bool operator==(const GetTelemetrySubscriptionsRequest&) const = default;
};
template <>
const Message& MessageOf<GetTelemetrySubscriptionsRequest>();

// What to push, and how often.
struct GetTelemetrySubscriptionsResponse {
  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  base::Uuid client_instance_id;
  std::int32_t subscription_id = 0;
  std::vector<std::int8_t> accepted_compression_types;
  std::int32_t push_interval_ms = 0;
  std::int32_t telemetry_max_bytes = 0;
  bool delta_temporality = false;
  std::vector<std::string> requested_metrics;

  bool operator==(const GetTelemetrySubscriptionsResponse&) const = default;
};
template <>
const Message& MessageOf<GetTelemetrySubscriptionsResponse>();

}  // namespace rill::wire
