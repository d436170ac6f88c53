#include "cli/old_message.h"

#include <array>
#include <vector>

#include "base/bytes.h"
#include "fmt/format.h"
#include "rill/error.h"
#include "rill/record.h"

namespace rill::cli {
namespace {

absl::Status Damaged(std::int64_t offset, std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                   fmt::format("the message at offset {}: {}", offset, what));
}

absl::Status InMessage(const absl::Status& status, std::int64_t offset) {
  return MakeError(
      status.code(), GetErrorCode(status),
      fmt::format("the message at offset {}: {}", offset, std::string(status.message())));
}

// The polynomial of zlib and Ethernet, not that of record batches.
constexpr std::array<std::uint32_t, 256> MakeCrcTable() {
  std::array<std::uint32_t, 256> table = {};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
    table[i] = crc;
  }
  return table;
}

std::uint32_t Crc32(std::string_view bytes) {
  static constexpr std::array<std::uint32_t, 256> kTable = MakeCrcTable();
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char c : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<std::uint8_t>(c)) & 0xFF];
  return ~crc;
}

// The messages that stand one behind another in `bytes`.
absl::StatusOr<std::vector<OldMessage>> ParseInner(const OldMessage& outer,
                                                   std::string_view bytes) {
  std::vector<OldMessage> messages;
  while (!bytes.empty()) {
    if (bytes.size() < kLogOverhead) {
      return Damaged(outer.offset(), "its last record ends within its header");
    }
    const auto offset = base::LoadBigEndian<std::int64_t>(bytes.data());
    const auto length = base::LoadBigEndian<std::int32_t>(bytes.data() + sizeof offset);
    bytes.remove_prefix(kLogOverhead);
    if (length < SegmentFile::kMinFrameLength || static_cast<std::size_t>(length) > bytes.size()) {
      return Damaged(outer.offset(), fmt::format("holds a record of length {}, and has {} bytes",
                                                 length, bytes.size()));
    }
    const auto message = OldMessage::Parse(offset, bytes.substr(0, length));
    if (!message.ok()) return message.status();
    if (message->magic() != outer.magic() || message->compression() != Compression::kNone) {
      return Damaged(outer.offset(),
                     "holds a record that is compressed again or of another format");
    }
    messages.push_back(*message);
    bytes.remove_prefix(static_cast<std::size_t>(length));
  }
  if (messages.empty()) return Damaged(outer.offset(), "is compressed and holds no record");
  return messages;
}

}  // namespace

absl::StatusOr<OldMessage> OldMessage::Parse(std::int64_t offset, std::string_view bytes) {
  const OldMessage message(offset, bytes);
  if (bytes.size() < static_cast<std::size_t>(SegmentFile::kMinFrameLength)) {
    return Damaged(offset, fmt::format("has {} bytes", bytes.size()));
  }
  if (message.magic() != 0 && message.magic() != 1) {
    return Damaged(offset, fmt::format("is of unknown format {}", int{message.magic()}));
  }
  return message;
}

std::uint32_t OldMessage::crc() const { return base::LoadBigEndian<std::uint32_t>(bytes_.data()); }

bool OldMessage::is_valid() const { return Crc32(bytes_.substr(4)) == crc(); }

std::int64_t OldMessage::timestamp_ms() const {
  return magic() == 0 ? kNoTimestamp : base::LoadBigEndian<std::int64_t>(bytes_.data() + 6);
}

const char* OldMessage::timestamp_type() const {
  if (magic() == 0) return "NoTimestampType";
  return is_log_append_time() ? "LogAppendTime" : "CreateTime";
}

absl::StatusOr<std::string_view> OldMessage::FieldAt(std::size_t at) const {
  constexpr std::size_t kLengthSize = sizeof(std::int32_t);
  if (bytes_.size() < at + kLengthSize) return Damaged(offset_, "ends within a length");
  const auto length = base::LoadBigEndian<std::int32_t>(bytes_.data() + at);
  if (length < 0) return std::string_view();
  const std::size_t room = bytes_.size() - at - kLengthSize;
  if (static_cast<std::size_t>(length) > room) {
    return Damaged(offset_, fmt::format("has a field of {} bytes in {}", length, room));
  }
  return bytes_.substr(at + kLengthSize, static_cast<std::size_t>(length));
}

absl::StatusOr<std::string_view> OldMessage::Key() const { return FieldAt(key_at()); }

absl::StatusOr<std::string_view> OldMessage::Value() const {
  const auto key = Key();
  if (!key.ok()) return key;
  return FieldAt(key_at() + sizeof(std::int32_t) + key->size());
}

absl::Status ForEachOldRecord(
    const OldMessage& message, record::Codec& codec, base::Buffer& scratch, std::size_t max_size,
    const std::function<absl::Status(const OldMessage&, std::int64_t)>& visit) {
  if (message.compression() == Compression::kNone) return visit(message, message.timestamp_ms());
  const auto value = message.Value();
  if (!value.ok()) return value.status();
  scratch.Clear();
  auto status = codec.Decompress(message.compression(), *value, max_size, scratch);
  if (!status.ok()) return InMessage(status, message.offset());
  auto inner = ParseInner(message, scratch.view());
  if (!inner.ok()) return inner.status();
  // In format 1 the offsets inside count from an offset that makes the last one the outer's.
  const std::uint64_t shift = message.magic() == 0
                                  ? 0
                                  : static_cast<std::uint64_t>(message.offset()) -
                                        static_cast<std::uint64_t>(inner->back().offset());
  for (const OldMessage& record : *inner) {
    const auto offset = static_cast<std::uint64_t>(record.offset()) + shift;
    const bool has_outer_time = message.is_log_append_time();
    status = visit(record.At(static_cast<std::int64_t>(offset)),
                   has_outer_time ? message.timestamp_ms() : record.timestamp_ms());
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace rill::cli
