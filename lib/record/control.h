#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

// Control records: what a log writes among the records for itself, in batches of their own whose
// is_control() is set. The key says what it is, the value belongs to the type.
namespace rill::record {

enum class ControlType : std::int16_t {
  kAbort = 0,
  kCommit = 1,
  kLeaderChange = 2,
  kSnapshotHeader = 3,
  kSnapshotFooter = 4,
  kKraftVersion = 5,
  kKraftVoters = 6,
  kUnknown = -1,  // one that a later Kafka knows; to be skipped
};

// Kafka's name of a type as its tools print it, e.g. "COMMIT".
const char* ControlTypeName(ControlType type);

// A control record's key: int16 version (0), int16 type.
inline constexpr std::size_t kControlKeySize = 4;
using ControlKey = std::array<char, kControlKeySize>;
ControlKey EncodeControlKey(ControlType type);

// The type that a key names. Longer keys and later versions are read as version 0 is, for Kafka
// only ever adds fields. DataLoss (CORRUPT_MESSAGE) when the key is short or its version negative.
absl::StatusOr<ControlType> DecodeControlKey(std::string_view key);

// The value of kAbort and kCommit: int16 version (0), int32 epoch of the transaction coordinator.
inline constexpr std::size_t kEndTxnMarkerSize = 6;
using EndTxnMarkerValue = std::array<char, kEndTxnMarkerSize>;
EndTxnMarkerValue EncodeEndTxnMarker(std::int32_t coordinator_epoch);

// The coordinator epoch of such a value; versions and errors as DecodeControlKey.
absl::StatusOr<std::int32_t> DecodeEndTxnMarker(std::string_view value);

}  // namespace rill::record
