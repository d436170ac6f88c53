#include "record/control.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "record/errors.h"

namespace rill::record {
namespace {

constexpr std::int16_t kVersion = 0;

absl::Status CheckVersioned(std::string_view bytes, std::size_t least, std::string_view what) {
  if (bytes.size() < least) {
    return Corrupt(
        fmt::format("a {} of {} bytes, where {} are the least", what, bytes.size(), least));
  }
  const auto version = base::LoadBigEndian<std::int16_t>(bytes.data());
  if (version < 0) return Corrupt(fmt::format("a {} with the version {}", what, version));
  return absl::OkStatus();
}

}  // namespace

const char* ControlTypeName(ControlType type) {
  switch (type) {
    case ControlType::kAbort:
      return "ABORT";
    case ControlType::kCommit:
      return "COMMIT";
    case ControlType::kLeaderChange:
      return "LEADER_CHANGE";
    case ControlType::kSnapshotHeader:
      return "SNAPSHOT_HEADER";
    case ControlType::kSnapshotFooter:
      return "SNAPSHOT_FOOTER";
    case ControlType::kKraftVersion:
      return "KRAFT_VERSION";
    case ControlType::kKraftVoters:
      return "KRAFT_VOTERS";
    case ControlType::kUnknown:
      return "UNKNOWN";
  }
  return "UNKNOWN";
}

ControlKey EncodeControlKey(ControlType type) {
  ControlKey key;
  char* p = base::StoreBigEndian(key.data(), kVersion);
  base::StoreBigEndian(p, static_cast<std::int16_t>(type));
  return key;
}

absl::StatusOr<ControlType> DecodeControlKey(std::string_view key) {
  absl::Status status = CheckVersioned(key, kControlKeySize, "control record key");
  if (!status.ok()) return status;
  const auto type = base::LoadBigEndian<std::int16_t>(key.data() + sizeof kVersion);
  const bool known = type >= static_cast<std::int16_t>(ControlType::kAbort) &&
                     type <= static_cast<std::int16_t>(ControlType::kKraftVoters);
  return known ? static_cast<ControlType>(type) : ControlType::kUnknown;
}

EndTxnMarkerValue EncodeEndTxnMarker(std::int32_t coordinator_epoch) {
  EndTxnMarkerValue value;
  char* p = base::StoreBigEndian(value.data(), kVersion);
  base::StoreBigEndian(p, coordinator_epoch);
  return value;
}

absl::StatusOr<std::int32_t> DecodeEndTxnMarker(std::string_view value) {
  absl::Status status = CheckVersioned(value, kEndTxnMarkerSize, "transaction marker");
  if (!status.ok()) return status;
  return base::LoadBigEndian<std::int32_t>(value.data() + sizeof kVersion);
}

}  // namespace rill::record
