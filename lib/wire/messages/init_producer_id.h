#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks for a producer id and epoch, which make a producer idempotent. (Version 6, of KIP-939, is
// not stable in Kafka and not spoken here.)
struct InitProducerIdRequest {
  std::optional<std::string> transactional_id = "";
  std::int32_t transaction_timeout_ms = 0;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;

  bool operator==(const InitProducerIdRequest&) const = default;
};
template <>
const Message& MessageOf<InitProducerIdRequest>();

// The id and epoch to write with.
struct InitProducerIdResponse {
  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = 0;

  bool operator==(const InitProducerIdResponse&) const = default;
};
template <>
const Message& MessageOf<InitProducerIdResponse>();

}  // namespace rill::wire
