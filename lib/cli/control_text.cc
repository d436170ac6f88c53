#include "cli/control_text.h"

#include <iterator>

#include "base/bytes.h"
#include "fmt/format.h"
#include "record/control.h"
#include "wire/internal_messages.h"
#include "wire/print.h"

namespace rill::cli {
namespace {

using record::ControlType;

absl::Status AppendMessage(std::string_view label, const wire::Message& message,
                           std::string_view value, std::string& text) {
  text += label;
  base::KafkaReader reader(value, message.name);
  // These messages carry their version themselves, as their first field.
  const int version = message.last_version > 0 && value.size() >= sizeof(std::int16_t)
                          ? base::LoadBigEndian<std::int16_t>(value.data())
                          : 0;
  return wire::AppendMessageJson(message, version, reader, text);
}

absl::Status AppendMarker(ControlType type, std::string_view value, std::string& text) {
  const auto epoch = record::DecodeEndTxnMarker(value);
  if (!epoch.ok()) return epoch.status();
  fmt::format_to(std::back_inserter(text), " endTxnMarker: {} coordinatorEpoch: {}",
                 record::ControlTypeName(type), *epoch);
  return absl::OkStatus();
}

}  // namespace

absl::Status AppendControlText(std::string_view key, std::string_view value, std::string& text) {
  const auto type = record::DecodeControlKey(key);
  if (!type.ok()) return type.status();
  switch (*type) {
    case ControlType::kAbort:
    case ControlType::kCommit:
      return AppendMarker(*type, value, text);
    case ControlType::kLeaderChange:
      return AppendMessage(" LeaderChange: ", wire::LeaderChangeMessage(), value, text);
    case ControlType::kSnapshotHeader:
      return AppendMessage(" SnapshotHeader ", wire::SnapshotHeaderRecord(), value, text);
    case ControlType::kSnapshotFooter:
      return AppendMessage(" SnapshotFooter ", wire::SnapshotFooterRecord(), value, text);
    case ControlType::kKraftVersion:
      return AppendMessage(" KRaftVersion ", wire::KRaftVersionRecord(), value, text);
    case ControlType::kKraftVoters:
      return AppendMessage(" KRaftVoters ", wire::VotersRecord(), value, text);
    case ControlType::kUnknown:
      break;
  }
  fmt::format_to(std::back_inserter(text), " controlType: UNKNOWN({})",
                 base::LoadBigEndian<std::int16_t>(key.data() + sizeof(std::int16_t)));
  return absl::OkStatus();
}

}  // namespace rill::cli
