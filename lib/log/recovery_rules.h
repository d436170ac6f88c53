#pragma once

#include <algorithm>
#include <cstdint>

#include "log/partition_log.h"

// What the open of a log after a crash goes by, and what a check of its folder foresees.
namespace rill::log {

// Whether a crash may have torn the segment that ends at `next_base_offset` (INT64_MAX: it is the
// last one).
inline bool MayBeTorn(const LogCheckpoint& checkpoint, std::int64_t next_base_offset) {
  return !checkpoint.clean_shutdown && next_base_offset > checkpoint.recovery_point;
}

// What stands behind the last sound batch of a segment.
struct SegmentEnd {
  std::int64_t next_offset = 0;
  std::int64_t next_base_offset = 0;  // of the next segment; INT64_MAX: there is none
  bool has_more_bytes = false;
  bool is_complete = false;  // it has its index files
};

// Whether the log lost what stood between the segment's end and the next segment, and ends here.
// Compaction, of complete segments only, leaves offsets out, and so does a log that went on behind
// a loss, below what was flushed; what was compacted was. Else a writer had written all that stands
// before the next one, also in a compacted log.
inline bool LostItsEnd(const SegmentEnd& end, const LogCheckpoint& checkpoint) {
  const std::int64_t flushed = std::max(checkpoint.recovery_point, checkpoint.first_dirty_offset);
  const bool may_have_gap = end.is_complete || end.next_base_offset <= flushed;
  return end.next_offset != end.next_base_offset && (end.has_more_bytes || !may_have_gap);
}

}  // namespace rill::log
