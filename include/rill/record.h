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

// Reads a zig-zag varint of at most 64 bits that ends before `end`. Returns the first byte after
// it, or nullptr when the bytes end early or the number is over-long.
inline const char* ReadVarlong(const char* p, const char* end, std::int64_t& out) {
  std::uint64_t raw = 0;
  for (int shift = 0; shift < 64 && p < end; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*p++);
    raw |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      out = static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
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
  std::int64_t offset_ = 0;
  std::int64_t timestamp_ms_ = 0;
  std::string_view key_;
  std::string_view value_;
  Headers headers_;
};

// Format: https://kafka.apache.org/documentation/#record — length, attributes, timestamp delta,
// offset delta, key, value, headers; every number but attributes a zig-zag varint.
inline const char* RecordView::Parse(const char* p, const char* end, std::int64_t base_offset,
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
