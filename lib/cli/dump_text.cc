#include <iterator>

#include "cli/dump_printer.h"
#include "fmt/format.h"
#include "wire/java_text.h"

namespace rill::cli {
namespace {

std::string OptionalLong(const std::optional<std::int64_t>& value) {
  return value ? fmt::format("OptionalLong[{}]", *value) : "OptionalLong.empty";
}

// The names of headers, with commas between them.
std::string NamesOf(const Headers& headers) {
  std::string names;
  bool is_first = true;
  for (const Header& header : headers) {
    if (!is_first) names += ',';
    is_first = false;
    wire::AppendJavaText(header.name, names);
  }
  return names;
}

class DumpText final : public DumpPrinter {
 public:
  explicit DumpText(TextWriter& out) : out_(out) {}

  void BeginFile(const std::string& file) override {
    file_ = file;
    out_.Print("Dumping {}\n", file_);
  }

  void PrintTitle(const std::string& title) override { out_.Print("{}\n", title); }

  void PrintBatch(const BatchRow& row) override {
    if (row.head) {
      PrintHead(row.offset, *row.head);
    } else {
      out_.Print("offset: {}", row.offset);
    }
    if (!row.tail) return;
    out_.Print(" position: {} {}: {} size: {} magic: {} compresscodec: {} crc: {} isvalid: {}\n",
               row.position, row.tail->timestamp_type, row.tail->timestamp_ms, row.size,
               int{row.magic}, CompressionName(row.tail->compression), row.tail->crc,
               row.tail->is_valid);
  }

  void PrintRecord(const RecordRow& row) override {
    if (row.has_metadata) PrintMetadata(row.record, row.timestamp_type);
    if (row.control) out_.Print("{}", ControlText(*row.control));
    const char* prefix = row.has_metadata ? " " : "| ";
    if (row.content.key) {
      out_.Print("{}key: {}", prefix, row.content.key->text);
      prefix = " ";
    }
    if (row.content.payload) out_.Print("{}payload: {}", prefix, row.content.payload->text);
    if (row.is_whole) out_.Print("\n");
  }

  void PrintInvalidBytes(std::int64_t, std::int64_t size) override {
    out_.Print("Found {} invalid bytes at the end of {}\n", size,
               file_.substr(file_.rfind('/') + 1));
  }

  void PrintEntry(const OffsetIndexEntry& entry) override {
    out_.Print("offset: {} position: {}\n", entry.offset, entry.position);
  }

  void PrintEntry(const TimeIndexEntry& entry) override {
    out_.Print("timestamp: {} offset: {}\n", entry.timestamp_ms, entry.offset);
  }

  void PrintEmptyIndex() override { out_.Print("{} is empty.\n", file_); }

  void PrintSoundIndex() override { out_.Print("{} passed sanity check.\n", file_); }

  void PrintAbortedTransaction(const AbortedTransactionRow& row) override {
    out_.Print("version: {} producerId: {} firstOffset: {} lastOffset: {} lastStableOffset: {}\n",
               row.version, row.producer_id, row.first_offset, row.last_offset,
               row.last_stable_offset);
  }

  void PrintProducer(const ProducerRow& row) override {
    const auto& entry = row.entry;
    std::optional<std::int64_t> transaction;
    if (entry.transaction_first_offset >= 0) transaction = entry.transaction_first_offset;
    out_.Print(
        "producerId: {} producerEpoch: {} coordinatorEpoch: {} currentTxnFirstOffset: {} "
        "lastTimestamp: {}",
        entry.producer_id, entry.epoch, entry.coordinator_epoch, OptionalLong(transaction),
        entry.last_timestamp_ms);
    if (entry.last_offset >= 0) {
      out_.Print(" firstSequence: {} lastSequence: {} lastOffset: {} offsetDelta: {} timestamp: {}",
                 row.first_sequence, entry.last_sequence, entry.last_offset, entry.offset_delta,
                 entry.last_timestamp_ms);
    }
    out_.Print("\n");
  }

 private:
  void PrintHead(std::int64_t base_offset, const BatchHead& head) {
    out_.Print(
        "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} "
        "producerEpoch: {} partitionLeaderEpoch: {} isTransactional: {} isControl: {} "
        "deleteHorizonMs: {}",
        base_offset, head.last_offset, head.count, head.base_sequence, head.last_sequence,
        head.producer_id, head.producer_epoch, head.partition_leader_epoch, head.is_transactional,
        head.is_control, OptionalLong(head.delete_horizon_ms));
  }

  void PrintMetadata(const FrameRecord& record, const char* timestamp_type) {
    out_.Print("| offset: {} {}: {} keySize: {} valueSize: {}", record.content.offset,
               timestamp_type, record.timestamp_ms, FieldSize(record.content.key),
               FieldSize(record.content.value));
    if (record.old != nullptr) {
      out_.Print(" isValid: {} crc: {}", record.old->is_valid(), record.old->crc());
      return;
    }
    out_.Print(" sequence: {} headerKeys: [{}]", record.sequence, NamesOf(record.headers));
  }

  TextWriter& out_;
  std::string file_;
};

}  // namespace

std::unique_ptr<DumpPrinter> NewDumpText(TextWriter& out) {
  return std::make_unique<DumpText>(out);
}

}  // namespace rill::cli
