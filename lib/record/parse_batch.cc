#include <fmt/format.h>
#include <zlib.h>

#include <limits>

#include "base/bytes.h"
#include "record/errors.h"
#include "record/layout.h"
#include "rill/error.h"
#include "rill/record_batch.h"

namespace rill {
namespace {

// A message of format 0 or 1 has at least CRC, magic, attributes, key length and value length.
constexpr std::int32_t kMinOldMessageLength = 14;
constexpr std::int32_t kMinBatchLength = kBatchHeaderSize - kLogOverhead;

using record::Corrupt;

absl::Status Short(std::size_t have, std::size_t need) {
  return MakeError(
      absl::StatusCode::kOutOfRange, ErrorCode::kCorruptMessage,
      fmt::format("the bytes end before the record batch does: {} of {} bytes", have, need));
}

// Whether the bytes are a message of format 0 or 1: its CRC-32 stands first, and covers the rest.
bool IsOldMessage(BatchView batch) {
  const std::string_view message = batch.bytes().substr(kLogOverhead);
  const std::string_view covered = message.substr(sizeof(std::uint32_t));
  return crc32_z(0, reinterpret_cast<const Bytef*>(covered.data()), covered.size()) ==
         base::LoadBigEndian<std::uint32_t>(message.data());
}

absl::Status CheckMagic(BatchView batch) {
  const int magic = batch.magic();
  if (magic == record::kMagic) return absl::OkStatus();
  // A batch whose bits flipped, or that a power cut tore, must not pass for an old format.
  if ((magic == 0 || magic == 1) && IsOldMessage(batch)) {
    return MakeError(absl::StatusCode::kUnimplemented, ErrorCode::kUnsupportedForMessageFormat,
                     fmt::format("message format {} at offset {}: rill reads format 2 only (Kafka "
                                 "0.11 and later); let Kafka copy the topic into a new one",
                                 magic, batch.base_offset()));
  }
  return Corrupt(fmt::format("record batch at offset {}: unknown message format {}, or damage",
                             batch.base_offset(), magic));
}

// What must hold so that no accessor of BatchView, nor arithmetic on offsets, can overflow.
absl::Status CheckOffsets(BatchView batch) {
  const std::int64_t base = batch.base_offset();
  if (base < 0) return Corrupt(fmt::format("record batch with a negative base offset, {}", base));
  const std::int32_t delta = batch.last_offset_delta();
  if (delta < 0 || base >= std::numeric_limits<std::int64_t>::max() - delta) {
    return Corrupt(
        fmt::format("record batch at offset {}: impossible last offset delta {}", base, delta));
  }
  return absl::OkStatus();
}

absl::Status CheckCount(BatchView batch) {
  const std::int64_t count = batch.record_count();
  const std::size_t payload = batch.size() - kBatchHeaderSize;
  if (count < 0 || count > std::int64_t{batch.last_offset_delta()} + 1) {
    return Corrupt(
        fmt::format("record batch at offset {}: record count {} for last offset delta {}",
                    batch.base_offset(), count, batch.last_offset_delta()));
  }
  if (batch.compression() == Compression::kNone &&
      static_cast<std::size_t>(count) > payload / record::kMinRecordSize) {
    return Corrupt(fmt::format("record batch at offset {}: {} records cannot stand in {} bytes",
                               batch.base_offset(), count, payload));
  }
  return absl::OkStatus();
}

}  // namespace

const char* CompressionName(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "none";
    case Compression::kGzip:
      return "gzip";
    case Compression::kSnappy:
      return "snappy";
    case Compression::kLz4:
      return "lz4";
    case Compression::kZstd:
      return "zstd";
  }
  return "unknown";
}

absl::StatusOr<BatchView> ParseBatch(std::string_view bytes) {
  if (bytes.size() < kLogOverhead) return Short(bytes.size(), kLogOverhead);
  const BatchView batch(bytes.data());
  if (batch.batch_length() < kMinOldMessageLength) {
    return Corrupt(fmt::format("record batch at offset {}: impossible length {}",
                               batch.base_offset(), batch.batch_length()));
  }
  if (bytes.size() < batch.size()) return Short(bytes.size(), batch.size());
  if (absl::Status magic = CheckMagic(batch); !magic.ok()) return magic;
  if (batch.batch_length() < kMinBatchLength) {
    return Corrupt(fmt::format("record batch at offset {}: length {} is less than its header",
                               batch.base_offset(), batch.batch_length()));
  }
  if (absl::Status offsets = CheckOffsets(batch); !offsets.ok()) return offsets;
  if (absl::Status count = CheckCount(batch); !count.ok()) return count;
  return batch;
}

}  // namespace rill
