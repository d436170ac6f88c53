#include <fmt/format.h>

#include <string>

#include "base/crc32c.h"
#include "record/layout.h"
#include "rill/error.h"
#include "rill/record_batch.h"

namespace rill {
namespace {

absl::Status Corrupt(BatchView batch, std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                   fmt::format("record batch at offset {}: {}", batch.base_offset(), what));
}

absl::Status CheckRecord(BatchView batch, const RecordView& record, std::int64_t previous_offset,
                         int index) {
  if (record.offset() <= previous_offset || record.offset() > batch.last_offset()) {
    return Corrupt(
        batch, fmt::format("record {} has offset {} behind {}, in a batch that ends at {}", index,
                           record.offset(), previous_offset, batch.last_offset()));
  }
  if (batch.timestamp_type() == TimestampType::kCreateTime &&
      record.timestamp_ms() > batch.max_timestamp_ms()) {
    return Corrupt(batch, fmt::format("record {} has timestamp {}, past the batch's maximum {}",
                                      index, record.timestamp_ms(), batch.max_timestamp_ms()));
  }
  if (!record.headers().Check()) {
    return Corrupt(batch, fmt::format("the headers of record {} are malformed", index));
  }
  return absl::OkStatus();
}

absl::Status CheckRecords(BatchView batch, std::string_view records) {
  const char* p = records.data();
  const char* const end = p + records.size();
  std::int64_t previous_offset = batch.base_offset() - 1;
  RecordView record;
  for (int i = 0; i < batch.record_count(); ++i) {
    const auto at = static_cast<std::size_t>(p - records.data());
    p = record.Parse(p, end, batch.base_offset(), batch.base_timestamp_ms());
    if (p == nullptr) {
      return Corrupt(batch, fmt::format("record {} of {}, at byte {} of {} of the records, is "
                                        "malformed",
                                        i, batch.record_count(), at, records.size()));
    }
    if (absl::Status ok = CheckRecord(batch, record, previous_offset, i); !ok.ok()) return ok;
    previous_offset = record.offset();
  }
  if (p != end) return Corrupt(batch, fmt::format("{} bytes follow the last record", end - p));
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckCrc(BatchView batch) {
  const std::uint32_t actual = base::Crc32c(batch.bytes().substr(record::kAttributesAt));
  if (actual == batch.crc()) return absl::OkStatus();
  return Corrupt(batch, fmt::format("the CRC-32C of the {} bytes is {:#010x}, the header says "
                                    "{:#010x}",
                                    batch.size(), actual, batch.crc()));
}

absl::Status ValidateBatch(BatchView batch) {
  if (absl::Status crc = CheckCrc(batch); !crc.ok()) return crc;
  return CheckRecords(batch, batch.payload());
}

}  // namespace rill
