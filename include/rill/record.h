#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string_view>

#include "absl/time/time.h"

namespace rill {

// Keys, values and header values are bytes. Kafka tells a null from an empty string, and so does
// rill: a std::string_view whose data() is nullptr is null, any other view of size 0 is empty. A
// default-constructed std::string_view is null; "" and an empty std::string are empty.
constexpr bool IsNull(std::string_view bytes) { return bytes.data() == nullptr; }

// One header of a record. Names are UTF-8 and never null; values may be null.
struct Header {
  std::string_view name;
  std::string_view value;
};

// What a record's timestamp means (Kafka's message.timestamp.type).
enum class TimestampType : std::uint8_t {
  kCreateTime = 0,     // set by the producer
  kLogAppendTime = 1,  // set by the log when the record's batch was appended
};

namespace record_internal {

constexpr std::int64_t UnZigZag(std::uint64_t raw) {
  return static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
}

// Reads a zig-zag varint of one or two bytes at `p`, where two can be read, and moves `p` behind
// it. False when it takes more.
inline bool ReadShortVarint(const char*& p, std::int64_t& out) {
  const std::uint64_t first = static_cast<std::uint8_t>(p[0]);
  if (first < 0x80) {
    out = UnZigZag(first);
    p += 1;
    return true;
  }
  const std::uint64_t second = static_cast<std::uint8_t>(p[1]);
  out = UnZigZag((first & 0x7f) | second << 7);
  p += 2;
  return second < 0x80;
}

// Reads a zig-zag varint of at most 64 bits that ends before `end`. Returns the first byte after
// it, or nullptr when the bytes end early or the number is over-long.
inline const char* ReadVarlong(const char* p, const char* end, std::int64_t& out) {
  if (const char* next = p; end - p >= 2 && ReadShortVarint(next, out)) return next;
  std::uint64_t raw = 0;
  for (int shift = 0; shift < 64 && p < end; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*p++);
    raw |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      out = UnZigZag(raw);
      return p;
    }
  }
  return nullptr;
}

// Reads a length-prefixed field; length -1 is null. Returns nullptr when it does not fit.
inline const char* ReadBytes(const char* p, const char* end, std::string_view& out) {
  std::int64_t size = 0;
  p = ReadVarlong(p, end, size);
  if (p == nullptr || size < -1 || size > end - p) return nullptr;
  if (size == -1) {
    out = std::string_view();
    return p;
  }
  out = std::string_view(p, static_cast<std::size_t>(size));
  return p + size;
}

// Sums of outside numbers wrap, as Java's do.
constexpr std::int64_t WrappingAdd(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace record_internal

// The headers of a record, in the order in which they were written; a range to walk:
//
//   for (rill::Header header : record.headers()) ...
//
// A view: valid as long as the record is. Walking parses in place and allocates nothing.
class Headers {
 public:
  class iterator {
   public:
    using value_type = Header;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    iterator(const char* p, const char* end, int left) : p_(p), end_(end), left_(left) { Parse(); }
    const Header& operator*() const { return header_; }
    const Header* operator->() const { return &header_; }
    iterator& operator++() {
      --left_;
      Parse();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& it, std::default_sentinel_t) { return it.left_ <= 0; }

   private:
    void Parse() {
      if (left_ <= 0) return;
      p_ = record_internal::ReadBytes(p_, end_, header_.name);
      if (p_ != nullptr) p_ = record_internal::ReadBytes(p_, end_, header_.value);
      if (p_ == nullptr) left_ = 0;
    }
    const char* p_ = nullptr;
    const char* end_ = nullptr;
    int left_ = 0;
    Header header_;
  };

  Headers() = default;
  Headers(const char* begin, const char* end, int count)
      : begin_(begin), end_(end), count_(count) {}

  iterator begin() const { return iterator(begin_, end_, count_); }
  std::default_sentinel_t end() const { return {}; }
  int size() const { return count_; }
  bool empty() const { return count_ == 0; }
  // The headers as they are stored: per header a name and a value, each with its length before it.
  std::string_view bytes() const { return {begin_, static_cast<std::size_t>(end_ - begin_)}; }

  // Whether all size() headers are there, have a name, and end where the record does. A walk over
  // headers that are not ends early.
  bool Check() const {
    const char* p = begin_;
    for (int left = count_; left > 0 && p != nullptr; --left) {
      Header header;
      p = record_internal::ReadBytes(p, end_, header.name);
      if (p == nullptr || IsNull(header.name)) return false;
      p = record_internal::ReadBytes(p, end_, header.value);
    }
    return p == end_;
  }

  // The value of the last header called `name` (as Kafka's Headers.lastHeader does), or null when
  // there is none. A header with a null value reads the same as an absent one.
  std::string_view Last(std::string_view name) const {
    std::string_view found;
    for (const Header& header : *this) {
      if (header.name == name) found = header.value;
    }
    return found;
  }

 private:
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  int count_ = 0;
};

// A record as it stands in a batch: views into memory that a Records (or whoever holds the batch)
// owns. Cheap to copy; valid only as long as that owner. Reading it is thread-safe.
class RecordView {
 public:
  // Offset of the record in its partition.
  std::int64_t offset() const { return offset_; }
  // Milliseconds since the Unix epoch; -1 when the producer gave none.
  std::int64_t timestamp_ms() const { return timestamp_ms_; }
  absl::Time timestamp() const { return absl::FromUnixMillis(timestamp_ms_); }
  // Null (see IsNull) when the record has no key.
  std::string_view key() const { return key_; }
  // Null when the record is a tombstone.
  std::string_view value() const { return value_; }
  Headers headers() const { return headers_; }

  // Parses the record that starts at `p` in a batch whose record area ends at `end`. Returns the
  // first byte after it, or nullptr when the bytes are not a record; then *this is unspecified.
  // `base_offset` and `base_timestamp_ms` are the batch's.
  const char* Parse(const char* p, const char* end, std::int64_t base_offset,
                    std::int64_t base_timestamp_ms);

  // The whole batch carries one timestamp (TimestampType::kLogAppendTime).
  void OverrideTimestamp(std::int64_t timestamp_ms) { timestamp_ms_ = timestamp_ms; }

 private:
  const char* ParseShort(const char* p, const char* end, std::int64_t base_offset,
                         std::int64_t base_timestamp_ms);
  const char* ParseAny(const char* p, const char* end, std::int64_t base_offset,
                       std::int64_t base_timestamp_ms);

  std::int64_t offset_ = 0;
  std::int64_t timestamp_ms_ = 0;
  std::string_view key_;
  std::string_view value_;
  Headers headers_;
};

// Format: https://kafka.apache.org/documentation/#record — length, attributes, timestamp delta,
// offset delta, key, value, headers; every number but attributes a zig-zag varint.
//
inline const char* RecordView::Parse(const char* p, const char* end, std::int64_t base_offset,
                                     std::int64_t base_timestamp_ms) {
  const char* const next = ParseShort(p, end, base_offset, base_timestamp_ms);
  if (next != nullptr) [[likely]]
    return next;
  return ParseAny(p, end, base_offset, base_timestamp_ms);
}

// In nearly all records every number takes one or two bytes, and there are no headers. Those are
// parsed here, with few checks: the numbers up to the key's size stand within kFastRoom bytes, and
// each field must leave room in the record for the two bytes, or the one, that are read behind it.
// nullptr for any other record, and for whatever is not one.
inline const char* RecordView::ParseShort(const char* p, const char* end, std::int64_t base_offset,
                                          std::int64_t base_timestamp_ms) {
  using record_internal::ReadShortVarint;
  constexpr std::ptrdiff_t kFastRoom = 9;     // four numbers of two bytes, and the attributes
  constexpr std::ptrdiff_t kLeastLength = 6;  // five numbers of one byte, and the attributes
  std::int64_t length = 0;
  std::int64_t timestamp_delta = 0;
  std::int64_t offset_delta = 0;
  std::int64_t key_size = 0;
  std::int64_t value_size = 0;
  if (end - p < kFastRoom || !ReadShortVarint(p, length) || length < kLeastLength ||
      length > end - p) [[unlikely]] {
    return nullptr;
  }
  const char* const record_end = p + length;
  ++p;  // attributes: no bit of it is in use
  if (!ReadShortVarint(p, timestamp_delta) || !ReadShortVarint(p, offset_delta) ||
      !ReadShortVarint(p, key_size) || key_size < -1) [[unlikely]] {
    return nullptr;
  }
  const std::int64_t key_bytes = key_size < 0 ? 0 : key_size;
  if (key_bytes > record_end - p - 2) [[unlikely]] {
    return nullptr;
  }
  const char* const key = p;
  p += key_bytes;
  if (!ReadShortVarint(p, value_size) || value_size < -1) [[unlikely]] {
    return nullptr;
  }
  const std::int64_t value_bytes = value_size < 0 ? 0 : value_size;
  if (value_bytes > record_end - p - 1 || p[value_bytes] != 0) [[unlikely]] {
    return nullptr;
  }
  key_ = std::string_view(key_size < 0 ? nullptr : key, static_cast<std::size_t>(key_bytes));
  value_ = std::string_view(value_size < 0 ? nullptr : p, static_cast<std::size_t>(value_bytes));
  headers_ = Headers(p + value_bytes + 1, record_end, 0);
  offset_ = record_internal::WrappingAdd(base_offset, offset_delta);
  timestamp_ms_ = record_internal::WrappingAdd(base_timestamp_ms, timestamp_delta);
  return record_end;
}

inline const char* RecordView::ParseAny(const char* p, const char* end, std::int64_t base_offset,
                                        std::int64_t base_timestamp_ms) {
  using record_internal::ReadBytes;
  using record_internal::ReadVarlong;
  std::int64_t length = 0;
  p = ReadVarlong(p, end, length);
  if (p == nullptr || length < 1 || length > end - p) return nullptr;
  const char* const record_end = p + length;
  ++p;  // attributes: no bit of it is in use
  std::int64_t timestamp_delta = 0;
  std::int64_t offset_delta = 0;
  std::int64_t header_count = 0;
  if ((p = ReadVarlong(p, record_end, timestamp_delta)) == nullptr) return nullptr;
  if ((p = ReadVarlong(p, record_end, offset_delta)) == nullptr) return nullptr;
  if ((p = ReadBytes(p, record_end, key_)) == nullptr) return nullptr;
  if ((p = ReadBytes(p, record_end, value_)) == nullptr) return nullptr;
  if ((p = ReadVarlong(p, record_end, header_count)) == nullptr) return nullptr;
  // A header takes two bytes at least.
  if (header_count < 0 || header_count > (record_end - p) / 2) return nullptr;
  offset_ = record_internal::WrappingAdd(base_offset, offset_delta);
  timestamp_ms_ = record_internal::WrappingAdd(base_timestamp_ms, timestamp_delta);
  headers_ = Headers(p, record_end, static_cast<int>(header_count));
  return record_end;
}

}  // namespace rill
