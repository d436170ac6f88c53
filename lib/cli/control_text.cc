#include "cli/control_text.h"

#include <iterator>

#include "base/bytes.h"
#include "cli/message_schema.h"
#include "fmt/format.h"
#include "record/control.h"

namespace rill::cli {
namespace {

using record::ControlType;

constexpr Field kVoter[] = {Int32("voterId"), Uuid("voterDirectoryId").Since(1)};
constexpr Field kLeaderChangeFields[] = {Int16("version"), Int32("leaderId"),
                                         Array(Struct("voters", kVoter)),
                                         Array(Struct("grantingVoters", kVoter))};
constexpr Message kLeaderChange = {"LeaderChangeMessage", kLeaderChangeFields, 1, 0};

constexpr Field kSnapshotHeaderFields[] = {Int16("version"), Int64("lastContainedLogTimestamp")};
constexpr Message kSnapshotHeader = {"SnapshotHeaderRecord", kSnapshotHeaderFields, 0, 0};

constexpr Field kSnapshotFooterFields[] = {Int16("version")};
constexpr Message kSnapshotFooter = {"SnapshotFooterRecord", kSnapshotFooterFields, 0, 0};

constexpr Field kKraftVersionFields[] = {Int16("version"), Int16("kRaftVersion")};
constexpr Message kKraftVersion = {"KRaftVersionRecord", kKraftVersionFields, 0, 0};

constexpr Field kEndpoint[] = {String("name"), String("host"), Uint16("port")};
constexpr Field kVersionRange[] = {Int16("minSupportedVersion"), Int16("maxSupportedVersion")};
constexpr Field kKraftVoter[] = {Int32("voterId"), Uuid("voterDirectoryId"),
                                 Array(Struct("endpoints", kEndpoint)),
                                 Struct("kRaftVersionFeature", kVersionRange)};
constexpr Field kVotersFields[] = {Int16("version"), Array(Struct("voters", kKraftVoter))};
constexpr Message kVoters = {"VotersRecord", kVotersFields, 0, 0};

absl::Status AppendMessage(std::string_view label, const Message& message, std::string_view value,
                           std::string& text) {
  text += label;
  engine::KafkaReader reader(value, message.name);
  // These messages carry their version themselves, as their first field.
  const int version = message.last_version > 0 && value.size() >= sizeof(std::int16_t)
                          ? base::LoadBigEndian<std::int16_t>(value.data())
                          : 0;
  return AppendMessageJson(message, version, reader, text);
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
      return AppendMessage(" LeaderChange: ", kLeaderChange, value, text);
    case ControlType::kSnapshotHeader:
      return AppendMessage(" SnapshotHeader ", kSnapshotHeader, value, text);
    case ControlType::kSnapshotFooter:
      return AppendMessage(" SnapshotFooter ", kSnapshotFooter, value, text);
    case ControlType::kKraftVersion:
      return AppendMessage(" KRaftVersion ", kKraftVersion, value, text);
    case ControlType::kKraftVoters:
      return AppendMessage(" KRaftVoters ", kVoters, value, text);
    case ControlType::kUnknown:
      break;
  }
  fmt::format_to(std::back_inserter(text), " controlType: UNKNOWN({})",
                 base::LoadBigEndian<std::int16_t>(key.data() + sizeof(std::int16_t)));
  return absl::OkStatus();
}

}  // namespace rill::cli
