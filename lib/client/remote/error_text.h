#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "rill/error.h"

namespace rill::remote {

// What Kafka's Java client says of an error where the broker says nothing, and the name of the
// class it throws, which its tools print. Of a code that no answer to an admin client has: the name
// of the code, and that of its common class.
const char* ErrorText(ErrorCode code);
const char* ExceptionName(ErrorCode code);

// The error that a status carries, as Java writes an exception:
// "org.apache.kafka.common.errors.GroupIdNotFoundException: The group id does not exist."
std::string JavaError(const absl::Status& status);

// OK for kNone; else a status that carries the code, with what the broker said of it, or ErrorText.
absl::Status ToStatus(ErrorCode code, const std::optional<std::string>& message = std::nullopt);

}  // namespace rill::remote
