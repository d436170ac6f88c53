#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "record/control.h"

namespace rill::cli {

// What stands in a control record.
struct ControlRecord {
  record::ControlType type = record::ControlType::kUnknown;
  std::int16_t number = -1;  // of the type, also of one that is unknown
  // Of the end of a transaction.
  std::optional<std::int32_t> coordinator_epoch = {};
  std::string json = {};  // the message of all other types that are known
};

// DataLoss or InvalidArgument when the bytes are none.
absl::StatusOr<ControlRecord> DecodeControlRecord(std::string_view key, std::string_view value);

// What Kafka's tool shows of it: " endTxnMarker: COMMIT coordinatorEpoch: 0", or the JSON.
std::string ControlText(const ControlRecord& control);

}  // namespace rill::cli
