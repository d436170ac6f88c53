#pragma once

#include "absl/status/status.h"
#include "wire/schema.h"

namespace rill::wire {

// OK where `message` has `version`; else InvalidArgument (UNSUPPORTED_VERSION) that says which it
// has.
absl::Status CheckVersion(const Message& message, int version);

}  // namespace rill::wire
