#include "log/segment_groups.h"

#include <limits>

namespace rill::log {

std::size_t GroupSize(std::span<const SegmentFacts> segments, std::int64_t end_offset,
                      const GroupLimits& limits) {
  constexpr std::int64_t kMostRelative = std::numeric_limits<std::int32_t>::max();
  SegmentFacts sum;
  std::size_t count = 0;
  for (const SegmentFacts& segment : segments) {
    sum.size += segment.size;
    sum.offset_index_size += segment.offset_index_size;
    sum.time_index_size += segment.time_index_size;
    sum.records += segment.records;
    const std::int64_t end =
        count + 1 < segments.size() ? segments[count + 1].base_offset : end_offset;
    // An empty segment adds no offsets, so that no row of such is left behind.
    const bool fits = sum.size <= limits.segment_bytes &&
                      sum.size + sum.records * kMostGrowth <= limits.largest_segment &&
                      sum.offset_index_size <= limits.index_bytes &&
                      sum.time_index_size <= limits.index_bytes &&
                      (segment.size == 0 || end - 1 - segments[0].base_offset <= kMostRelative);
    if (count > 0 && !fits) break;
    ++count;
  }
  return count;
}

}  // namespace rill::log
