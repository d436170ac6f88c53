#include <fmt/format.h>

#include "base/crc32c.h"
#include "record/batch_walker.h"
#include "record/errors.h"
#include "record/layout.h"
#include "rill/record_batch.h"

namespace rill {
namespace {

using record::CorruptBatch;

absl::Status CheckRecord(BatchView batch, const RecordView& record, std::int64_t previous_offset) {
  if (record.offset() <= previous_offset || record.offset() > batch.last_offset()) {
    return CorruptBatch(
        batch, fmt::format("a record with offset {} behind offset {}, and the batch ends at {}",
                           record.offset(), previous_offset, batch.last_offset()));
  }
  if (record.timestamp_ms() > batch.max_timestamp_ms()) {
    return CorruptBatch(
        batch, fmt::format("the record at offset {} has timestamp {}, past the "
                           "batch's maximum of {}",
                           record.offset(), record.timestamp_ms(), batch.max_timestamp_ms()));
  }
  if (!record.headers().Check()) {
    return CorruptBatch(batch, fmt::format("the headers of the record at offset {} are malformed",
                                           record.offset()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckCrc(BatchView batch) {
  const std::uint32_t actual = base::Crc32c(batch.bytes().substr(record::kAttributesAt));
  if (actual == batch.crc()) return absl::OkStatus();
  return CorruptBatch(
      batch, fmt::format("the CRC-32C of its {} bytes is {:#010x}, its header says {:#010x}",
                         batch.size(), actual, batch.crc()));
}

absl::StatusOr<bool> record::ValidateWithYoungest(BatchView batch, Codec& codec,
                                                  base::Buffer& scratch, std::size_t max_size) {
  if (absl::Status crc = CheckCrc(batch); !crc.ok()) return crc;
  const auto records = UncompressedRecords(batch, codec, scratch, max_size);
  if (!records.ok()) return records.status();
  SoundRun run(batch);
  bool has_youngest = batch.record_count() == 0;
  BatchWalker walker(batch, *records);
  for (walker.Skip(run); walker.Next(); walker.Skip(run)) {
    absl::Status sound = CheckRecord(batch, walker.record(), run.previous_offset());
    if (!sound.ok()) return sound;
    run.Passed(walker.record().offset());
    has_youngest |= walker.record().timestamp_ms() == batch.max_timestamp_ms();
  }
  if (!walker.status().ok()) return walker.status();
  return has_youngest || run.has_youngest();
}

absl::Status record::ValidateBatch(BatchView batch, Codec& codec, base::Buffer& scratch,
                                   std::size_t max_size) {
  return ValidateWithYoungest(batch, codec, scratch, max_size).status();
}

absl::Status ValidateBatch(BatchView batch) {
  record::Codec codec;
  base::Buffer scratch;
  return record::ValidateBatch(batch, codec, scratch);
}

}  // namespace rill
