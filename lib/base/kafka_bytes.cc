#include "base/kafka_bytes.h"

#include <utility>

#include "fmt/format.h"
#include "rill/error.h"

namespace rill::base {

void KafkaReader::Fail(std::string problem) {
  if (!ok()) return;
  problem_ = fmt::format("{} ({} bytes) is malformed at byte {}: {}", what_, bytes_.size(),
                         position_, std::move(problem));
  position_ = bytes_.size();
}

absl::Status KafkaReader::status() const {
  if (ok()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord, problem_);
}

std::string_view KafkaReader::Raw(std::size_t size) {
  if (size > remaining()) {
    Fail(fmt::format("{} bytes are needed, {} are left", size, remaining()));
    return {};
  }
  const std::string_view raw = bytes_.substr(position_, size);
  position_ += size;
  return raw;
}

std::string KafkaReader::Sized(std::int64_t size, const char* type) {
  if (size < 0) {
    Fail(fmt::format("{} of length {}", type, size));
    return {};
  }
  return std::string(Raw(static_cast<std::size_t>(size)));
}

std::string KafkaReader::String() { return Sized(Int<std::int16_t>(), "string"); }
std::string KafkaReader::Bytes() { return Sized(Int<std::int32_t>(), "bytes"); }

std::optional<std::string> KafkaReader::NullableString() {
  const auto size = Int<std::int16_t>();
  if (size == -1) return std::nullopt;
  return Sized(size, "string");
}

std::optional<std::string> KafkaReader::NullableBytes() {
  const auto size = Int<std::int32_t>();
  if (size == -1) return std::nullopt;
  return Sized(size, "bytes");
}

std::uint32_t KafkaReader::UnsignedVarint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 35 && ok(); shift += 7) {
    const auto byte = Int<std::uint8_t>();
    value |= std::uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) {
      if (value > UINT32_MAX) break;
      return static_cast<std::uint32_t>(value);
    }
  }
  Fail("varint of more than 32 bits");
  return 0;
}

std::string KafkaReader::CompactString() {
  return Sized(std::int64_t{UnsignedVarint()} - 1, "compact string");
}

std::optional<std::string> KafkaReader::CompactNullableString() {
  const std::uint32_t size = UnsignedVarint();
  if (size == 0) return std::nullopt;
  return Sized(std::int64_t{size} - 1, "compact string");
}

std::string KafkaReader::CompactBytes() {
  return Sized(std::int64_t{UnsignedVarint()} - 1, "compact bytes");
}

std::size_t KafkaReader::CheckedLength(std::int64_t length, std::size_t min_element_size) {
  if (!ok()) return 0;
  if (length < 0 || static_cast<std::uint64_t>(length) > remaining() / min_element_size) {
    Fail(fmt::format("array of {} elements with {} bytes left", length, remaining()));
    return 0;
  }
  return static_cast<std::size_t>(length);
}

std::size_t KafkaReader::ArrayLength(std::size_t min_element_size) {
  return CheckedLength(Int<std::int32_t>(), min_element_size);
}

std::size_t KafkaReader::CompactArrayLength(std::size_t min_element_size) {
  return CheckedLength(std::int64_t{UnsignedVarint()} - 1, min_element_size);
}

void KafkaReader::SkipTaggedFields() {
  for (std::uint32_t fields = UnsignedVarint(); fields > 0 && ok(); --fields) {
    UnsignedVarint();
    Raw(UnsignedVarint());
  }
}

}  // namespace rill::base
