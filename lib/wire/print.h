#pragma once

#include <string>

#include "absl/status/status.h"
#include "base/kafka_bytes.h"
#include "wire/schema.h"

namespace rill::wire {

// Reads a message of `version` off the front of `reader`, and appends it to `json`. InvalidArgument
// (INVALID_RECORD) when the version is not known or the bytes are no such message, in which case
// `json` holds part of it.
absl::Status AppendMessageJson(const Message& message, int version, base::KafkaReader& reader,
                               std::string& json);

}  // namespace rill::wire
