#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "base/bytes.h"

namespace rill::base {

// Appends Kafka's primitive types. A STRING longer than kMaxString does not fit its length field:
// the callers' contracts exclude it.
class KafkaWriter {
 public:
  KafkaWriter() = default;
  // Appends behind what `out` holds already.
  explicit KafkaWriter(std::string out) : out_(std::move(out)) {}

  static constexpr std::size_t kMaxString = 32767;

  template <std::integral T>
  void Int(T value) {
    char bytes[sizeof(T)];
    StoreBigEndian(bytes, value);
    out_.append(bytes, sizeof bytes);
  }
  // STRING: length in 16 bits.
  void String(std::string_view text) {
    Int(static_cast<std::int16_t>(text.size()));
    out_.append(text);
  }
  void NullableString(const std::optional<std::string>& text) {
    if (text) return String(*text);
    Int(std::int16_t{-1});
  }
  // BYTES: length in 32 bits.
  void Bytes(std::string_view bytes) {
    Int(static_cast<std::int32_t>(bytes.size()));
    out_.append(bytes);
  }
  void NullableBytes(const std::optional<std::string>& bytes) {
    if (bytes) return Bytes(*bytes);
    Int(std::int32_t{-1});
  }
  void UnsignedVarint(std::uint32_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>(value | 0x80));
    out_.push_back(static_cast<char>(value));
  }
  // COMPACT_STRING: length + 1 as an unsigned varint.
  void CompactString(std::string_view text) {
    UnsignedVarint(static_cast<std::uint32_t>(text.size() + 1));
    out_.append(text);
  }
  void Raw(std::string_view bytes) { out_.append(bytes); }

  std::size_t size() const { return out_.size(); }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

// Reads Kafka's primitive types off the front of bytes that it does not own. After the first thing
// that does not fit, it reads zeros and empty strings, and status() says what and where.
class KafkaReader {
 public:
  // `what` names the bytes in errors ("offset commit key").
  KafkaReader(std::string_view bytes, std::string_view what) : bytes_(bytes), what_(what) {}

  template <std::integral T>
  T Int() {
    const std::string_view raw = Raw(sizeof(T));
    return raw.size() == sizeof(T) ? LoadBigEndian<T>(raw.data()) : T{0};
  }
  std::string String();
  std::optional<std::string> NullableString();
  std::string Bytes();
  std::optional<std::string> NullableBytes();
  std::uint32_t UnsignedVarint();
  std::string CompactString();
  std::optional<std::string> CompactNullableString();
  std::string CompactBytes();
  // The length of an array whose elements take at least `min_element_size` bytes; 0 on an error.
  std::size_t ArrayLength(std::size_t min_element_size);
  std::size_t CompactArrayLength(std::size_t min_element_size);
  // The next `size` bytes; empty when there are fewer.
  std::string_view Raw(std::size_t size);
  // All that is left, which stays to be read.
  std::string_view Rest() const { return bytes_.substr(position_); }
  // Tagged fields that nobody asked for.
  void SkipTaggedFields();

  bool ok() const { return problem_.empty(); }
  std::size_t remaining() const { return bytes_.size() - position_; }
  // OK, or InvalidArgument (INVALID_RECORD) with what was wrong at which byte.
  absl::Status status() const;
  void Fail(std::string problem);

 private:
  std::string Sized(std::int64_t size, const char* type);
  std::size_t CheckedLength(std::int64_t length, std::size_t min_element_size);

  std::string_view bytes_;
  std::string_view what_;
  std::size_t position_ = 0;
  std::string problem_;
};

}  // namespace rill::base
