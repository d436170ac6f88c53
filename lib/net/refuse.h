#pragma once

#include <string>

#include "absl/status/status.h"
#include "rill/error.h"

namespace rill::net {

// What a client asked for, and does not get: InvalidArgument with Kafka's code.
inline absl::Status Refuse(ErrorCode code, const std::string& why) {
  return MakeError(absl::StatusCode::kInvalidArgument, code, why);
}

// The same for a request that makes no sense: INVALID_REQUEST.
inline absl::Status RefuseRequest(const std::string& why) {
  return Refuse(ErrorCode::kInvalidRequest, why);
}

}  // namespace rill::net
