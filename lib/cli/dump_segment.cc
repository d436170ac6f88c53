#include <algorithm>
#include <limits>
#include <optional>

#include "base/crc32c.h"
#include "base/parse_number.h"
#include "cli/control_text.h"
#include "cli/dump_files.h"
#include "cli/frame_records.h"
#include "cli/old_message.h"
#include "cli/segment_file.h"
#include "fmt/format.h"
#include "rill/error.h"
#include "wire/java_text.h"

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

// A record's null field has size -1.
std::int64_t FieldSize(std::string_view field) {
  return IsNull(field) ? -1 : static_cast<std::int64_t>(field.size());
}

class SegmentDump {
 public:
  SegmentDump(DumpContext& context, const DumpFile& file, const SegmentDumpOptions& options,
              SegmentFile& segment)
      : out_(context.out),
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
    }
    const bool is_limited = options_.max_bytes != std::numeric_limits<std::int32_t>::max();
    if (end > position && !is_limited) {
      out_.Print("Found {} invalid bytes at the end of {}\n", end - position, file_.name());
    }
    return absl::OkStatus();
  }

 private:
  absl::Status PrintBatch(const Frame& frame) {
    const BatchView batch = frame.batch();
    const bool has_sequence = batch.base_sequence() != kNoSequence;
    out_.Print(
        "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} "
        "producerEpoch: {} partitionLeaderEpoch: {} isTransactional: {} isControl: {} "
        "deleteHorizonMs: {}",
        batch.base_offset(), frame.last_offset(), batch.record_count(), batch.base_sequence(),
        has_sequence ? AddToSequence(batch.base_sequence(), batch.last_offset_delta())
                     : kNoSequence,
        batch.producer_id(), batch.producer_epoch(), batch.partition_leader_epoch(),
        batch.is_transactional(), batch.is_control(),
        batch.has_delete_horizon() ? fmt::format("OptionalLong[{}]", batch.base_timestamp_ms())
                                   : "OptionalLong.empty");
    if (auto codec = CheckCodec(frame, batch.compression()); !codec.ok()) return codec;
    PrintBatchEnd(frame, TimestampTypeName(frame), batch.max_timestamp_ms(), batch.compression(),
                  batch.crc(), IsValid(frame));
    return absl::OkStatus();
  }

  absl::Status PrintOldBatch(const Frame& frame) {
    out_.Print("offset: {}", frame.base_offset());
    const auto message = ParseOld(frame);
    if (!message.ok()) return message.status();
    if (auto codec = CheckCodec(frame, message->compression()); !codec.ok()) return codec;
    PrintBatchEnd(frame, message->timestamp_type(), message->timestamp_ms(), message->compression(),
                  message->crc(), message->is_valid());
    return absl::OkStatus();
  }

  void PrintBatchEnd(const Frame& frame, const char* timestamp_type, std::int64_t timestamp_ms,
                     Compression compression, std::uint32_t crc, bool is_valid) {
    out_.Print(" position: {} {}: {} size: {} magic: {} compresscodec: {} crc: {} isvalid: {}\n",
               frame.position, timestamp_type, timestamp_ms, frame.size, int{frame.magic()},
               CompressionName(compression), crc, is_valid);
  }

  absl::Status PrintRecords(const Frame& frame) {
    const bool is_control = !frame.is_old_format() && frame.batch().is_control();
    return records_.ForEach(frame, [&](const FrameRecord& record) {
      const std::int64_t offset = record.content.offset;
      if (offset != record_internal::WrappingAdd(previous_offset_, 1)) {
        problems_.AddGap(file_.absolute, previous_offset_, offset);
      }
      previous_offset_ = offset;
      absl::Status status = PrintRecord(frame, record, is_control);
      if (status.ok()) out_.Print("\n");
      return status;
    });
  }

  absl::Status PrintRecord(const Frame& frame, const FrameRecord& record, bool is_control) {
    if (!options_.skip_metadata) {
      PrintMetadata(record, TimestampTypeName(frame));
      if (is_control) {
        std::string text;
        const auto status = AppendControlText(record.content.key, record.content.value, text);
        if (!status.ok()) return InRecord(status, record.content.offset);
        out_.Print("{}", text);
      }
    }
    if (!options_.print_content || is_control) return absl::OkStatus();
    return PrintContent(record.content);
  }

  void PrintMetadata(const FrameRecord& record, const char* timestamp_type) {
    out_.Print("| offset: {} {}: {} keySize: {} valueSize: {}", record.content.offset,
               timestamp_type, record.timestamp_ms, FieldSize(record.content.key),
               FieldSize(record.content.value));
    if (record.old != nullptr) {
      out_.Print(" isValid: {} crc: {}", record.old->is_valid(), record.old->crc());
      return;
    }
    std::string names;
    bool is_first = true;
    for (const Header& header : record.headers) {
      if (!is_first) names += ',';
      is_first = false;
      wire::AppendJavaText(header.name, names);
    }
    out_.Print(" sequence: {} headerKeys: [{}]", record.sequence, names);
  }

  absl::Status PrintContent(const RecordContent& record) {
    const auto decoded = options_.decoder->Decode(record);
    if (!decoded.ok()) return decoded.status();
    const char* prefix = options_.skip_metadata ? "| " : " ";
    if (decoded->key) {
      out_.Print("{}key: {}", prefix, *decoded->key);
      prefix = " ";
    }
    if (decoded->payload) out_.Print("{}payload: {}", prefix, *decoded->payload);
    return absl::OkStatus();
  }

  TextWriter& out_;
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
    if (title.ok()) context.out.Print("{}\n", *title);
    return title.status();
  }
  const auto base_offset = file.BaseOffset();
  if (base_offset.ok()) context.out.Print("Log starting offset: {}\n", *base_offset);
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
