#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "base/crc32c.h"
#include "base/parse_number.h"
#include "cli/control_record.h"
#include "cli/dump_files.h"
#include "cli/dump_printer.h"
#include "cli/frame_records.h"
#include "cli/old_message.h"
#include "cli/segment_file.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

constexpr std::size_t kCrcCoversFrom = 21;  // the attributes

bool IsValid(const Frame& frame) {
  return frame.size >= kBatchHeaderSize &&
         base::Crc32c(frame.bytes.substr(0, frame.size).substr(kCrcCoversFrom)) ==
             frame.batch().crc();
}

absl::StatusOr<OldMessage> ParseOld(const Frame& frame) {
  return OldMessage::Parse(frame.base_offset(),
                           frame.bytes.substr(0, frame.size).substr(kLogOverhead));
}

// Of all records of the frame.
const char* TimestampTypeName(const Frame& frame) {
  if (frame.is_old_format()) {
    const auto message = ParseOld(frame);
    return message.ok() ? message->timestamp_type() : "NoTimestampType";
  }
  const bool is_append_time = frame.batch().timestamp_type() == TimestampType::kLogAppendTime;
  return is_append_time ? "LogAppendTime" : "CreateTime";
}

absl::Status CheckCodec(const Frame& frame, Compression compression) {
  if (compression <= Compression::kZstd) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
      fmt::format("record batch at offset {}: compressed by codec {}, which is unknown",
                  frame.base_offset(), static_cast<int>(compression)));
}

absl::Status InRecord(const absl::Status& status, std::int64_t offset) {
  return MakeError(
      status.code(), GetErrorCode(status),
      fmt::format("the control record at offset {}: {}", offset, std::string(status.message())));
}

BatchRow RowOf(const Frame& frame) {
  return {.position = frame.position,
          .size = frame.size,
          .magic = frame.magic(),
          .offset = frame.base_offset()};
}

BatchHead HeadOf(const Frame& frame) {
  const BatchView batch = frame.batch();
  const bool has_sequence = batch.base_sequence() != kNoSequence;
  BatchHead head{.last_offset = frame.last_offset(),
                 .count = batch.record_count(),
                 .base_sequence = batch.base_sequence(),
                 .last_sequence =
                     has_sequence ? AddToSequence(batch.base_sequence(), batch.last_offset_delta())
                                  : kNoSequence,
                 .producer_id = batch.producer_id(),
                 .producer_epoch = batch.producer_epoch(),
                 .partition_leader_epoch = batch.partition_leader_epoch(),
                 .is_transactional = batch.is_transactional(),
                 .is_control = batch.is_control()};
  if (batch.has_delete_horizon()) head.delete_horizon_ms = batch.base_timestamp_ms();
  return head;
}

class SegmentDump {
 public:
  SegmentDump(DumpContext& context, const DumpFile& file, const SegmentDumpOptions& options,
              SegmentFile& segment)
      : printer_(context.printer),
        progress_(context.progress),
        problems_(context.problems),
        file_(file),
        options_(options),
        segment_(segment) {}

  absl::Status Run() {
    const std::int64_t end = std::min<std::int64_t>(segment_.size(), options_.max_bytes);
    std::int64_t position = 0;
    while (true) {
      const auto frame = segment_.Read(position, end, SegmentFile::Depth::kWhole);
      if (!frame.ok()) return frame.status();
      if (!frame->has_value()) break;
      absl::Status status =
          (*frame)->is_old_format() ? PrintOldBatch(**frame) : PrintBatch(**frame);
      if (status.ok() && options_.deep) status = PrintRecords(**frame);
      if (!status.ok()) return segment_.Locate(position, status);
      position += static_cast<std::int64_t>((*frame)->size);
      progress_.Show(static_cast<std::uint64_t>(position));
    }
    progress_.EndLog(static_cast<std::uint64_t>(end));
    const bool is_limited = options_.max_bytes != std::numeric_limits<std::int32_t>::max();
    if (end > position && !is_limited) {
      printer_.PrintInvalidBytes(position, end - position);
    }
    return absl::OkStatus();
  }

 private:
  absl::Status PrintBatch(const Frame& frame) {
    const BatchView batch = frame.batch();
    BatchRow row = RowOf(frame);
    row.head = HeadOf(frame);
    absl::Status codec = CheckCodec(frame, batch.compression());
    if (codec.ok()) {
      row.tail = BatchTail{TimestampTypeName(frame), batch.max_timestamp_ms(), batch.compression(),
                           batch.crc(), IsValid(frame)};
    }
    printer_.PrintBatch(row);
    return codec;
  }

  absl::Status PrintOldBatch(const Frame& frame) {
    BatchRow row = RowOf(frame);
    const auto message = ParseOld(frame);
    absl::Status status = message.status();
    if (status.ok()) status = CheckCodec(frame, message->compression());
    if (status.ok()) {
      row.tail = BatchTail{message->timestamp_type(), message->timestamp_ms(),
                           message->compression(), message->crc(), message->is_valid()};
    }
    printer_.PrintBatch(row);
    return status;
  }

  absl::Status PrintRecords(const Frame& frame) {
    const bool is_control = !frame.is_old_format() && frame.batch().is_control();
    return records_.ForEach(frame, [&](const FrameRecord& record) {
      const std::int64_t offset = record.content.offset;
      if (offset != record_internal::WrappingAdd(previous_offset_, 1)) {
        problems_.AddGap(file_.absolute, previous_offset_, offset);
      }
      previous_offset_ = offset;
      return PrintRecord(frame, record, is_control);
    });
  }

  absl::Status PrintRecord(const Frame& frame, const FrameRecord& record, bool is_control) {
    RecordRow row{.record = record,
                  .timestamp_type = TimestampTypeName(frame),
                  .has_metadata = !options_.skip_metadata,
                  .has_content = options_.print_content && !is_control};
    absl::Status status;
    if (is_control && row.has_metadata) status = AddControl(row);
    if (status.ok() && row.has_content) status = AddContent(row);
    row.is_whole = status.ok();
    printer_.PrintRecord(row);
    return status;
  }

  static absl::Status AddControl(RecordRow& row) {
    const RecordContent& content = row.record.content;
    auto control = DecodeControlRecord(content.key, content.value);
    if (!control.ok()) return InRecord(control.status(), content.offset);
    row.control = *std::move(control);
    return absl::OkStatus();
  }

  absl::Status AddContent(RecordRow& row) {
    auto decoded = options_.decoder->Decode(row.record.content);
    if (!decoded.ok()) return decoded.status();
    row.content = *std::move(decoded);
    return absl::OkStatus();
  }

  DumpPrinter& printer_;
  DumpProgress& progress_;
  DumpProblems& problems_;
  const DumpFile& file_;
  const SegmentDumpOptions& options_;
  SegmentFile& segment_;
  FrameRecords records_;
  std::int64_t previous_offset_ = -1;
};

// What a snapshot of cluster metadata is called by.
absl::StatusOr<std::string> SnapshotTitle(const DumpFile& file) {
  const std::string name = file.name();
  if (name == "bootstrap.checkpoint") return std::string("KRaft bootstrap snapshot");
  // "<end offset in 20 digits>-<epoch in 10 digits>.checkpoint"
  constexpr std::size_t kOffsetSize = 20;
  constexpr std::size_t kEpochSize = 10;
  const std::string_view numbers = std::string_view(name).substr(0, name.find('.'));
  if (numbers.size() == kOffsetSize + 1 + kEpochSize) {
    const auto offset = base::ParseNumber<std::int64_t>(numbers.substr(0, kOffsetSize));
    const auto epoch = base::ParseNumber<std::int32_t>(numbers.substr(kOffsetSize + 1));
    if (offset && epoch) return fmt::format("Snapshot end offset: {}, epoch: {}", *offset, *epoch);
  }
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                   fmt::format("{}: the name of a snapshot is <offset in 20 digits>-<epoch in 10 "
                               "digits>.checkpoint, or bootstrap.checkpoint",
                               file.shown));
}

absl::Status PrintTitle(DumpContext& context, const DumpFile& file) {
  if (file.name().ends_with(".checkpoint")) {
    const auto title = SnapshotTitle(file);
    if (title.ok()) context.printer.PrintTitle(*title);
    return title.status();
  }
  const auto base_offset = file.BaseOffset();
  if (base_offset.ok()) {
    context.printer.PrintTitle(fmt::format("Log starting offset: {}", *base_offset));
  }
  return base_offset.status();
}

}  // namespace

absl::Status DumpSegment(DumpContext& context, const DumpFile& file,
                         const SegmentDumpOptions& options) {
  if (auto title = PrintTitle(context, file); !title.ok()) return title;
  auto segment = SegmentFile::Open(context.files, file.absolute);
  if (!segment.ok()) return segment.status();
  if (options.max_bytes < 0) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                     fmt::format("--max-bytes is {}, and must be at least 0", options.max_bytes));
  }
  return SegmentDump(context, file, options, *segment).Run();
}

}  // namespace rill::cli
