#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cli/control_record.h"
#include "cli/dump_output.h"
#include "cli/frame_records.h"
#include "cli/index_entries.h"
#include "cli/message_decoder.h"
#include "log/producer_state.h"
#include "rill/record_batch.h"

// What rill dump-log finds in files, in rows, and those who print them.
namespace rill::cli {

// What only batches of format 2 have.
struct BatchHead {
  std::int64_t last_offset = 0;
  std::int32_t count = 0;
  std::int32_t base_sequence = kNoSequence;
  std::int32_t last_sequence = kNoSequence;
  std::int64_t producer_id = kNoProducerId;
  std::int16_t producer_epoch = kNoProducerEpoch;
  std::int32_t partition_leader_epoch = -1;
  bool is_transactional = false;
  bool is_control = false;
  std::optional<std::int64_t> delete_horizon_ms = {};
};

struct BatchTail {
  const char* timestamp_type = nullptr;
  std::int64_t timestamp_ms = kNoTimestamp;  // of a batch the largest
  Compression compression = Compression::kNone;
  std::uint32_t crc = 0;
  bool is_valid = false;
};

// A batch, or a message of format 0 or 1.
struct BatchRow {
  std::int64_t position = 0;
  std::size_t size = 0;
  std::int8_t magic = 2;
  std::int64_t offset = 0;  // of a batch the base offset
  std::optional<BatchHead> head = {};
  std::optional<BatchTail> tail = {};  // nothing: it cannot be told, and the dump ends
};

// A record, with what was asked for of it.
struct RecordRow {
  const FrameRecord& record;
  const char* timestamp_type = nullptr;
  bool has_metadata = true;
  bool has_content = false;
  bool is_whole = true;  // false: what is left of it cannot be told, and the dump ends
  std::optional<ControlRecord> control = {};
  DecodedRecord content = {};
};

struct AbortedTransactionRow {
  int version = 0;
  std::int64_t producer_id = 0;
  std::int64_t first_offset = 0;
  std::int64_t last_offset = 0;
  std::int64_t last_stable_offset = 0;
};

struct ProducerRow {
  log::ProducerState::SnapshotEntry entry;
  std::int32_t first_sequence = kNoSequence;  // of the last batch
};

// Prints what is found of one file after the other.
class DumpPrinter {
 public:
  virtual ~DumpPrinter() = default;

  // What follows is of this file, called as it was given.
  virtual void BeginFile(const std::string& file) = 0;
  // What the file's name says of it.
  virtual void PrintTitle(const std::string& title) = 0;
  virtual void PrintBatch(const BatchRow& row) = 0;
  virtual void PrintRecord(const RecordRow& row) = 0;
  // Bytes behind the last batch.
  virtual void PrintInvalidBytes(std::int64_t position, std::int64_t size) = 0;
  virtual void PrintEntry(const OffsetIndexEntry& entry) = 0;
  virtual void PrintEntry(const TimeIndexEntry& entry) = 0;
  virtual void PrintEmptyIndex() = 0;
  virtual void PrintSoundIndex() = 0;  // it passed the sanity check
  virtual void PrintAbortedTransaction(const AbortedTransactionRow& row) = 0;
  virtual void PrintProducer(const ProducerRow& row) = 0;
};

// As Kafka's tool prints them.
std::unique_ptr<DumpPrinter> NewDumpText(TextWriter& out);
// An object for each batch, record and entry; what cannot be told whole is left out.
std::unique_ptr<DumpPrinter> NewDumpObjects(TextWriter& out);

}  // namespace rill::cli
