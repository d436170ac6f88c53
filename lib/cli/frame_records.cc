#include "cli/frame_records.h"

#include "fmt/format.h"
#include "record/batch_walker.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

absl::Status Malformed(BatchView batch, const std::string& what) {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                   fmt::format("record batch at offset {}: {}", batch.base_offset(), what));
}

std::int32_t SequenceOf(BatchView batch, std::int64_t offset) {
  if (batch.base_sequence() < 0) return kNoSequence;
  const std::uint64_t delta =
      static_cast<std::uint64_t>(offset) - static_cast<std::uint64_t>(batch.base_offset());
  return AddToSequence(batch.base_sequence(), static_cast<std::int32_t>(delta));
}

}  // namespace

std::int64_t FieldSize(std::string_view field) {
  return IsNull(field) ? -1 : static_cast<std::int64_t>(field.size());
}

std::int32_t AddToSequence(std::int32_t sequence, std::int32_t increment) {
  // Damaged batches hold any numbers; they wrap as Java's do.
  constexpr std::uint32_t kCycle = std::uint32_t{1} << 31;
  const auto added = static_cast<std::uint32_t>(increment);
  const std::uint32_t sum = static_cast<std::uint32_t>(sequence) + added;
  const auto last_without_wrap = static_cast<std::int32_t>(kCycle - 1 - added);
  return static_cast<std::int32_t>(sequence > last_without_wrap ? sum - kCycle : sum);
}

absl::Status FrameRecords::ForEachOld(
    const Frame& frame, const std::function<absl::Status(const FrameRecord&)>& visit) {
  const auto message = OldMessage::Parse(frame.base_offset(),
                                         frame.bytes.substr(0, frame.size).substr(kLogOverhead));
  if (!message.ok()) return message.status();
  return ForEachOldRecord(*message, codec_, scratch_, kMaxRecordsSize,
                          [&visit](const OldMessage& record, std::int64_t timestamp_ms) {
                            const auto key = record.Key();
                            if (!key.ok()) return key.status();
                            const auto value = record.Value();
                            if (!value.ok()) return value.status();
                            return visit({.content = {record.offset(), *key, *value},
                                          .timestamp_ms = timestamp_ms,
                                          .old = &record});
                          });
}

absl::Status FrameRecords::ForEach(const Frame& frame,
                                   const std::function<absl::Status(const FrameRecord&)>& visit) {
  if (frame.is_old_format()) return ForEachOld(frame, visit);
  const BatchView batch = frame.batch();
  if (frame.size < kBatchHeaderSize) {
    return Malformed(batch, fmt::format("{} bytes, less than its header takes", frame.size));
  }
  if (batch.record_count() < 0) {
    return Malformed(batch, fmt::format("record count {}", batch.record_count()));
  }
  if (batch.record_count() == 0) return absl::OkStatus();
  const auto records = record::UncompressedRecords(batch, codec_, scratch_, kMaxRecordsSize);
  if (!records.ok()) return records.status();
  record::BatchWalker walker(batch, *records);
  for (std::int32_t left = batch.record_count(); left > 0 && walker.Next(); --left) {
    const RecordView& record = walker.record();
    if (!record.headers().Check()) {
      return Malformed(batch, fmt::format("the headers of the record at offset {} are malformed",
                                          record.offset()));
    }
    if (left == 1) {
      walker.Next();
      if (absl::Status end = walker.status(); !end.ok()) return end;
    }
    const absl::Status status = visit({.content = {record.offset(), record.key(), record.value()},
                                       .timestamp_ms = record.timestamp_ms(),
                                       .sequence = SequenceOf(batch, record.offset()),
                                       .headers = record.headers()});
    if (!status.ok()) return status;
  }
  return walker.status();
}

}  // namespace rill::cli
