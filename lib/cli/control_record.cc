#include "cli/control_record.h"

#include <algorithm>
#include <iterator>

#include "base/bytes.h"
#include "fmt/format.h"
#include "wire/internal_messages.h"
#include "wire/print.h"

namespace rill::cli {
namespace {

using record::ControlType;

// The types whose value is a message, and what Kafka's tool prints before it.
struct Kind {
  ControlType type;
  const wire::Message& (*message)();
  const char* label;
};
constexpr Kind kKinds[] = {
    {ControlType::kLeaderChange, wire::LeaderChangeMessage, " LeaderChange: "},
    {ControlType::kSnapshotHeader, wire::SnapshotHeaderRecord, " SnapshotHeader "},
    {ControlType::kSnapshotFooter, wire::SnapshotFooterRecord, " SnapshotFooter "},
    {ControlType::kKraftVersion, wire::KRaftVersionRecord, " KRaftVersion "},
    {ControlType::kKraftVoters, wire::VotersRecord, " KRaftVoters "},
};

// Null where there is none.
const Kind* KindOf(ControlType type) {
  const auto found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [type](const Kind& kind) { return kind.type == type; });
  return found == std::end(kKinds) ? nullptr : found;
}

absl::Status AppendMessage(const wire::Message& message, std::string_view value,
                           std::string& text) {
  base::KafkaReader reader(value, message.name);
  // These messages carry their version themselves, as their first field.
  const int version = message.last_version > 0 && value.size() >= sizeof(std::int16_t)
                          ? base::LoadBigEndian<std::int16_t>(value.data())
                          : 0;
  return wire::AppendMessageJson(message, version, reader, text);
}

}  // namespace

absl::StatusOr<ControlRecord> DecodeControlRecord(std::string_view key, std::string_view value) {
  const auto type = record::DecodeControlKey(key);
  if (!type.ok()) return type.status();
  ControlRecord control{
      .type = *type,
      .number = base::LoadBigEndian<std::int16_t>(key.data() + sizeof(std::int16_t))};
  if (*type == ControlType::kAbort || *type == ControlType::kCommit) {
    const auto epoch = record::DecodeEndTxnMarker(value);
    if (!epoch.ok()) return epoch.status();
    control.coordinator_epoch = *epoch;
  } else if (const Kind* const kind = KindOf(*type); kind != nullptr) {
    auto appended = AppendMessage(kind->message(), value, control.json);
    if (!appended.ok()) return appended;
  }
  return control;
}

std::string ControlText(const ControlRecord& control) {
  if (control.coordinator_epoch) {
    return fmt::format(" endTxnMarker: {} coordinatorEpoch: {}",
                       record::ControlTypeName(control.type), *control.coordinator_epoch);
  }
  const Kind* const kind = KindOf(control.type);
  return kind == nullptr ? fmt::format(" controlType: UNKNOWN({})", control.number)
                         : fmt::format("{}{}", kind->label, control.json);
}

}  // namespace rill::cli
