#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "rill/record.h"

// The entries of Kafka's index files as they stand there, in numbers with a sign: a damaged file
// may hold any.
namespace rill::cli {

inline constexpr std::size_t kOffsetEntrySize = 8;
inline constexpr std::size_t kTimeEntrySize = 12;

struct OffsetIndexEntry {
  std::int64_t offset = 0;
  std::int32_t position = 0;
};

struct TimeIndexEntry {
  std::int64_t timestamp_ms = 0;
  std::int64_t offset = 0;
};

inline OffsetIndexEntry ReadOffsetEntry(const char* bytes, std::int64_t base_offset) {
  const auto relative = base::LoadBigEndian<std::int32_t>(bytes);
  return {record_internal::WrappingAdd(base_offset, relative),
          base::LoadBigEndian<std::int32_t>(bytes + sizeof relative)};
}

inline TimeIndexEntry ReadTimeEntry(const char* bytes, std::int64_t base_offset) {
  const auto timestamp = base::LoadBigEndian<std::int64_t>(bytes);
  const auto relative = base::LoadBigEndian<std::int32_t>(bytes + sizeof timestamp);
  return {timestamp, record_internal::WrappingAdd(base_offset, relative)};
}

}  // namespace rill::cli
