#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/buffer.h"
#include "cli/segment_file.h"
#include "record/codec.h"
#include "rill/record_batch.h"

namespace rill::cli {

// A message of format 0 or 1, which Kafka wrote before 0.11 (MessageSet in Kafka's documentation):
//
//   int64 offset, int32 length; uint32 CRC-32 of the rest, int8 magic, int8 attributes,
//   [format 1: int64 timestamp,] int32 key length, key, int32 value length, value
//
// A compressed message holds others in its value. rill's engine refuses these formats; the tool
// shows them. A view of bytes that somebody else owns.
class OldMessage {
 public:
  // `bytes` from the CRC on, `offset` from before it. The header is there, or the result is
  // DataLoss (CORRUPT_MESSAGE): a format that is neither 0 nor 1, or too few bytes.
  static absl::StatusOr<OldMessage> Parse(std::int64_t offset, std::string_view bytes);

  std::int64_t offset() const { return offset_; }
  // The same message at another offset.
  OldMessage At(std::int64_t offset) const { return OldMessage(offset, bytes_); }
  std::uint32_t crc() const;
  bool is_valid() const;  // whether the CRC matches
  std::int8_t magic() const { return static_cast<std::int8_t>(bytes_[4]); }
  std::int8_t attributes() const { return static_cast<std::int8_t>(bytes_[5]); }
  std::int64_t timestamp_ms() const;  // kNoTimestamp in format 0
  Compression compression() const { return static_cast<Compression>(attributes() & 7); }
  bool is_log_append_time() const { return magic() == 1 && (attributes() & 8) != 0; }
  const char* timestamp_type() const;  // Kafka's name of it

  // DataLoss (CORRUPT_MESSAGE) where the lengths do not fit the bytes.
  absl::StatusOr<std::string_view> Key() const;
  absl::StatusOr<std::string_view> Value() const;

 private:
  OldMessage(std::int64_t offset, std::string_view bytes) : offset_(offset), bytes_(bytes) {}
  absl::StatusOr<std::string_view> FieldAt(std::size_t at) const;
  std::size_t key_at() const { return magic() == 0 ? 6 : 14; }

  std::int64_t offset_;
  std::string_view bytes_;
};

// Calls `visit` with each record in `message`, and the timestamp that it has there: with the
// message itself when it is not compressed. Stops at an error of `visit`. DataLoss
// (CORRUPT_MESSAGE) where the records are malformed, ResourceExhausted where they take more than
// `max_size` bytes.
absl::Status ForEachOldRecord(
    const OldMessage& message, record::Codec& codec, base::Buffer& scratch, std::size_t max_size,
    const std::function<absl::Status(const OldMessage&, std::int64_t timestamp_ms)>& visit);

}  // namespace rill::cli
