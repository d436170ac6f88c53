#pragma once

#include <string>

#include "absl/status/status.h"
#include "rill/error.h"

namespace rill::net {

// What a client asked for, and does not get: InvalidArgument with Kafka's code.
inline absl::Status Refuse(ErrorCode code, const std::string& why) {
  return MakeError(absl::StatusCode::kInvalidArgument, code, why);
}

}  // namespace rill::net
