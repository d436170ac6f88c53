#include <utility>

#include "absl/strings/escaping.h"
#include "cli/dump_printer.h"
#include "cli/json_lines.h"
#include "fmt/format.h"
#include "wire/java_text.h"

namespace rill::cli {
namespace {

using Form = DecodedField::Form;

std::string JavaText(std::string_view bytes) {
  std::string text;
  wire::AppendJavaText(bytes, text);
  return text;
}

// Text that says it is JSON and is none, as numbers that JSON has not make it, is shown as text.
Json ParseOrText(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json(text) : json;
}

// Adds a key or a value. Bytes that are no UTF-8 go into a field of another name, in base 64.
void AddField(const std::string& name, std::string_view bytes,
              const std::optional<DecodedField>& field, Json& object) {
  if (!field || field->form == Form::kNull) {
    object[name] = nullptr;
  } else if (field->form == Form::kJson) {
    object[name] = ParseOrText(field->text);
  } else if (field->form == Form::kBytes && field->text != bytes) {
    object[fmt::format("{}Base64", name)] = absl::Base64Escape({bytes.data(), bytes.size()});
  } else {
    object[name] = field->text;
  }
}

void AddControl(const ControlRecord& control, Json& object) {
  object["controlType"] = control.type == record::ControlType::kUnknown
                              ? fmt::format("UNKNOWN({})", control.number)
                              : record::ControlTypeName(control.type);
  if (control.coordinator_epoch) object["coordinatorEpoch"] = *control.coordinator_epoch;
  if (!control.json.empty()) object["data"] = ParseOrText(control.json);
}

void AddMetadata(const RecordRow& row, Json& object) {
  const FrameRecord& record = row.record;
  object["offset"] = record.content.offset;
  object["timestampType"] = row.timestamp_type;
  object["timestamp"] = record.timestamp_ms;
  object["keySize"] = FieldSize(record.content.key);
  object["valueSize"] = FieldSize(record.content.value);
  if (record.old != nullptr) {
    object["isValid"] = record.old->is_valid();
    object["crc"] = record.old->crc();
    return;
  }
  object["sequence"] = record.sequence;
  Json names = Json::array();
  for (const Header& header : record.headers) names.push_back(JavaText(header.name));
  object["headerKeys"] = std::move(names);
}

void AddHead(std::int64_t base_offset, const BatchHead& head, Json& object) {
  object["baseOffset"] = base_offset;
  object["lastOffset"] = head.last_offset;
  object["count"] = head.count;
  object["baseSequence"] = head.base_sequence;
  object["lastSequence"] = head.last_sequence;
  object["producerId"] = head.producer_id;
  object["producerEpoch"] = head.producer_epoch;
  object["partitionLeaderEpoch"] = head.partition_leader_epoch;
  object["isTransactional"] = head.is_transactional;
  object["isControl"] = head.is_control;
  object["deleteHorizonMs"] = OrNull(head.delete_horizon_ms);
}

class DumpObjects final : public DumpPrinter {
 public:
  explicit DumpObjects(TextWriter& out) : out_(out) {}

  void BeginFile(const std::string& file) override { file_ = file; }
  void PrintTitle(const std::string&) override {}
  void PrintEmptyIndex() override {}

  void PrintBatch(const BatchRow& row) override {
    if (!row.tail) return;
    Json object = New(row.head ? "batch" : "message");
    if (row.head) {
      AddHead(row.offset, *row.head, object);
    } else {
      object["offset"] = row.offset;
    }
    object["position"] = row.position;
    object["timestampType"] = row.tail->timestamp_type;
    object["timestamp"] = row.tail->timestamp_ms;
    object["size"] = row.size;
    object["magic"] = int{row.magic};
    object["compressCodec"] = CompressionName(row.tail->compression);
    object["crc"] = row.tail->crc;
    object["isValid"] = row.tail->is_valid;
    PrintJson(object, out_);
  }

  void PrintRecord(const RecordRow& row) override {
    if (!row.is_whole || (!row.has_metadata && !row.has_content)) return;
    Json object = New("record");
    if (row.has_metadata) AddMetadata(row, object);
    if (row.control) AddControl(*row.control, object);
    if (row.has_content) {
      AddField("key", row.record.content.key, row.content.key, object);
      AddField("payload", row.record.content.value, row.content.payload, object);
    }
    PrintJson(object, out_);
  }

  void PrintInvalidBytes(std::int64_t position, std::int64_t size) override {
    Json object = New("invalidBytes");
    object["position"] = position;
    object["size"] = size;
    PrintJson(object, out_);
  }

  void PrintEntry(const OffsetIndexEntry& entry) override {
    Json object = New("offsetIndexEntry");
    object["offset"] = entry.offset;
    object["position"] = entry.position;
    PrintJson(object, out_);
  }

  void PrintEntry(const TimeIndexEntry& entry) override {
    Json object = New("timeIndexEntry");
    object["timestamp"] = entry.timestamp_ms;
    object["offset"] = entry.offset;
    PrintJson(object, out_);
  }

  void PrintSoundIndex() override { PrintJson(New("passedSanityCheck"), out_); }

  void PrintAbortedTransaction(const AbortedTransactionRow& row) override {
    Json object = New("abortedTransaction");
    object["version"] = row.version;
    object["producerId"] = row.producer_id;
    object["firstOffset"] = row.first_offset;
    object["lastOffset"] = row.last_offset;
    object["lastStableOffset"] = row.last_stable_offset;
    PrintJson(object, out_);
  }

  void PrintProducer(const ProducerRow& row) override {
    const auto& entry = row.entry;
    const bool has_batch = entry.last_offset >= 0;
    const auto of_batch = [&](std::int64_t number) {
      return has_batch ? Json(number) : Json(nullptr);
    };
    const std::int64_t transaction = entry.transaction_first_offset;
    Json object = New("producer");
    object["producerId"] = entry.producer_id;
    object["producerEpoch"] = entry.epoch;
    object["coordinatorEpoch"] = entry.coordinator_epoch;
    object["currentTxnFirstOffset"] = transaction < 0 ? Json(nullptr) : Json(transaction);
    object["lastTimestamp"] = entry.last_timestamp_ms;
    object["firstSequence"] = of_batch(row.first_sequence);
    object["lastSequence"] = of_batch(entry.last_sequence);
    object["lastOffset"] = of_batch(entry.last_offset);
    object["offsetDelta"] = of_batch(entry.offset_delta);
    PrintJson(object, out_);
  }

 private:
  Json New(const char* type) const { return Json{{"type", type}, {"file", file_}}; }

  TextWriter& out_;
  std::string file_;
};

}  // namespace

std::unique_ptr<DumpPrinter> NewDumpObjects(TextWriter& out) {
  return std::make_unique<DumpObjects>(out);
}

}  // namespace rill::cli
