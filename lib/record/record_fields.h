#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "base/varint.h"
#include "rill/record.h"

// The fields of a record as they are written, and their sizes: for those who build records.
namespace rill::record {

// What stands in front of a field: its size, or -1 for null.
inline std::int64_t SizeOrNull(std::string_view bytes) {
  return IsNull(bytes) ? -1 : static_cast<std::int64_t>(bytes.size());
}

// Bytes that a field of `size` (-1: null) takes with its length.
inline std::size_t FieldSize(std::int64_t size) {
  return base::VarintSize(size) + static_cast<std::size_t>(std::max<std::int64_t>(size, 0));
}

inline char* WriteField(char* p, std::string_view bytes) {
  p = base::WriteVarint(p, SizeOrNull(bytes));
  if (bytes.empty()) return p;  // memcpy takes no null pointer
  std::memcpy(p, bytes.data(), bytes.size());
  return p + bytes.size();
}

inline std::size_t HeadersSize(std::span<const Header> headers) {
  std::size_t size = base::VarintSize(static_cast<std::int64_t>(headers.size()));
  for (const Header& header : headers) {
    size += FieldSize(SizeOrNull(header.name)) + FieldSize(SizeOrNull(header.value));
  }
  return size;
}

inline char* WriteHeaders(char* p, std::span<const Header> headers) {
  p = base::WriteVarint(p, static_cast<std::int64_t>(headers.size()));
  for (const Header& header : headers) {
    p = WriteField(p, header.name);
    p = WriteField(p, header.value);
  }
  return p;
}

inline bool HasNullName(std::span<const Header> headers) {
  return std::any_of(headers.begin(), headers.end(),
                     [](const Header& header) { return IsNull(header.name); });
}

// A record whose value is yet to be written; a value size of -1 is a null.
struct RecordShape {
  std::int64_t offset_delta = 0;
  std::int64_t timestamp_delta = 0;
  std::string_view key;
  std::int64_t value_size = -1;
  std::span<const Header> headers;

  // Bytes behind the record's length.
  std::size_t BodySize() const {
    return 1 + base::VarintSize(timestamp_delta) + base::VarintSize(offset_delta) +
           FieldSize(SizeOrNull(key)) + FieldSize(value_size) + HeadersSize(headers);
  }
  static std::size_t WholeSize(std::size_t body_size) {
    return base::VarintSize(static_cast<std::int64_t>(body_size)) + body_size;
  }

  // Writes all but the value at `p`, where WholeSize(body_size) bytes have room, and returns where
  // the value goes.
  char* Write(char* p, std::size_t body_size) const {
    p = base::WriteVarint(p, static_cast<std::int64_t>(body_size));
    *p++ = 0;  // attributes: no bit of it is in use
    p = base::WriteVarint(p, timestamp_delta);
    p = base::WriteVarint(p, offset_delta);
    p = WriteField(p, key);
    char* const value = base::WriteVarint(p, value_size);
    WriteHeaders(value + std::max<std::int64_t>(value_size, 0), headers);
    return value;
  }
};

}  // namespace rill::record
