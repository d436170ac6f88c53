#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace rill::cli {

// Appends what Kafka's tool shows of a control record: " endTxnMarker: COMMIT coordinatorEpoch: 0",
// or the record in JSON. DataLoss or InvalidArgument when the bytes are none.
absl::Status AppendControlText(std::string_view key, std::string_view value, std::string& text);

}  // namespace rill::cli
