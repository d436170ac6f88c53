#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "log/segment.h"
#include "log/segment_scan.h"

namespace rill::log {

// The index of a segment that is about to be written on.
struct IndexContinuation {
  std::shared_ptr<GrowingIndex> index;
  IndexBuilder builder;  // of it, behind the segment's last batch
};

// Goes on with what the segment's index files say where they can be gone on with
// (Segment::CanGoOnWith), and makes the index from the batches where they cannot. The segment's
// offsets are below `end_offset`. The errors are those of Segment::Index.
absl::StatusOr<IndexContinuation> ContinueIndex(Segment& segment, const SegmentView& view,
                                                std::int64_t end_offset,
                                                std::int64_t index_interval_bytes);

}  // namespace rill::log
