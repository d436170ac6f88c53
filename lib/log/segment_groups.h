#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "log/segment.h"

namespace rill::log {

// What the choice of segments that are compacted into one goes by.
struct SegmentFacts {
  std::int64_t base_offset = 0;
  std::uint64_t size = 0;  // in bytes, as those of its index files
  std::uint64_t offset_index_size = 0;
  std::uint64_t time_index_size = 0;
  std::uint64_t records = 0;
};

// By how many bytes a record can grow that stays: where its batch gets the time from which
// tombstones go, its own is told from there on, in up to ten bytes instead of one, and the length
// that it begins with by one more.
inline constexpr std::uint64_t kMostGrowth = 10;

struct GroupLimits {
  std::uint64_t segment_bytes = 0;
  std::uint64_t index_bytes = 0;
  std::uint64_t largest_segment = kMaxSegmentBytes;  // whatever is configured
};

// How many of `segments`, at least the first, are compacted into one: as many as make a segment
// within the limits even if nothing goes, and whose positions can be told even if each record
// grows, with offsets that fit their 31 bits. `end_offset` is
// where the last one ends.
std::size_t GroupSize(std::span<const SegmentFacts> segments, std::int64_t end_offset,
                      const GroupLimits& limits);

}  // namespace rill::log
