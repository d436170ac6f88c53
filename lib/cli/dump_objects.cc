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

// Adds a key or a value. Bytes that are no UTF-8 go into a field of another name, in base 64. Text
// that says it is JSON and is none, as numbers that JSON has not make it, is shown as text.
void AddField(const std::string& name, std::string_view bytes,
              const std::optional<DecodedField>& field, Json& object) {
  if (!field || field->form == Form::kNull) {
    object.Add(name, nullptr);
  } else if (field->form == Form::kJson) {
    object.Add(name, Json::ParsedOrText(field->text));
  } else if (field->form == Form::kBytes && field->text != bytes) {
    object.Add(fmt::format("{}Base64", name), absl::Base64Escape({bytes.data(), bytes.size()}));
  } else {
    object.Add(name, field->text);
  }
}

void AddControl(const ControlRecord& control, Json& object) {
  object.Add("controlType", control.type == record::ControlType::kUnknown
                                ? fmt::format("UNKNOWN({})", control.number)
                                : record::ControlTypeName(control.type));
  if (control.coordinator_epoch) object.Add("coordinatorEpoch", *control.coordinator_epoch);
  if (!control.json.empty()) object.Add("data", Json::ParsedOrText(control.json));
}

void AddMetadata(const RecordRow& row, Json& object) {
  const FrameRecord& record = row.record;
  object.Add("offset", record.content.offset);
  object.Add("timestampType", row.timestamp_type);
  object.Add("timestamp", record.timestamp_ms);
  object.Add("keySize", FieldSize(record.content.key));
  object.Add("valueSize", FieldSize(record.content.value));
  if (record.old != nullptr) {
    object.Add("isValid", record.old->is_valid());
    object.Add("crc", record.old->crc());
    return;
  }
  object.Add("sequence", record.sequence);
  Json names = Json::Array();
  for (const Header& header : record.headers) names.Append(JavaText(header.name));
  object.Add("headerKeys", names);
}

void AddHead(std::int64_t base_offset, const BatchHead& head, Json& object) {
  object.Add("baseOffset", base_offset);
  object.Add("lastOffset", head.last_offset);
  object.Add("count", head.count);
  object.Add("baseSequence", head.base_sequence);
  object.Add("lastSequence", head.last_sequence);
  object.Add("producerId", head.producer_id);
  object.Add("producerEpoch", head.producer_epoch);
  object.Add("partitionLeaderEpoch", head.partition_leader_epoch);
  object.Add("isTransactional", head.is_transactional);
  object.Add("isControl", head.is_control);
  object.Add("deleteHorizonMs", OrNull(head.delete_horizon_ms));
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
      object.Add("offset", row.offset);
    }
    object.Add("position", row.position);
    object.Add("timestampType", row.tail->timestamp_type);
    object.Add("timestamp", row.tail->timestamp_ms);
    object.Add("size", row.size);
    object.Add("magic", int{row.magic});
    object.Add("compressCodec", CompressionName(row.tail->compression));
    object.Add("crc", row.tail->crc);
    object.Add("isValid", row.tail->is_valid);
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
    object.Add("position", position);
    object.Add("size", size);
    PrintJson(object, out_);
  }

  void PrintEntry(const OffsetIndexEntry& entry) override {
    Json object = New("offsetIndexEntry");
    object.Add("offset", entry.offset);
    object.Add("position", entry.position);
    PrintJson(object, out_);
  }

  void PrintEntry(const TimeIndexEntry& entry) override {
    Json object = New("timeIndexEntry");
    object.Add("timestamp", entry.timestamp_ms);
    object.Add("offset", entry.offset);
    PrintJson(object, out_);
  }

  void PrintSoundIndex() override { PrintJson(New("passedSanityCheck"), out_); }

  void PrintAbortedTransaction(const AbortedTransactionRow& row) override {
    Json object = New("abortedTransaction");
    object.Add("version", row.version);
    object.Add("producerId", row.producer_id);
    object.Add("firstOffset", row.first_offset);
    object.Add("lastOffset", row.last_offset);
    object.Add("lastStableOffset", row.last_stable_offset);
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
    object.Add("producerId", entry.producer_id);
    object.Add("producerEpoch", entry.epoch);
    object.Add("coordinatorEpoch", entry.coordinator_epoch);
    object.Add("currentTxnFirstOffset", transaction < 0 ? Json(nullptr) : Json(transaction));
    object.Add("lastTimestamp", entry.last_timestamp_ms);
    object.Add("firstSequence", of_batch(row.first_sequence));
    object.Add("lastSequence", of_batch(entry.last_sequence));
    object.Add("lastOffset", of_batch(entry.last_offset));
    object.Add("offsetDelta", of_batch(entry.offset_delta));
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
