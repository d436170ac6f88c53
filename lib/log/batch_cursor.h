#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "log/segment.h"

namespace rill::log {

// Walks the batches of segments that follow each other, one at a time, for who goes on with it
// later. Keeps the segment that it stands in mapped, and lets go of what it mapped itself: a log
// that is gone through holds no more memory afterwards. Not thread-safe.
class BatchCursor {
 public:
  using Segments = std::vector<std::shared_ptr<Segment>>;

  BatchCursor() = default;
  // The batches that end at `from` or behind and begin below `end`.
  BatchCursor(Segments segments, std::int64_t from, std::int64_t end)
      : segments_(std::move(segments)), from_(from), end_(end) {}

  // The next batch, valid until the next call; nothing behind the last. Only its frame was checked
  // (Segment::FrameAt, whose errors these are, beside those of Segment::View and Find).
  absl::StatusOr<std::optional<BatchView>> Next();

  // Everything below was given, or is below `from`.
  std::int64_t next_offset() const { return std::max(from_, at_least_); }

  // `status`, of the batch that Next gave, with file and position.
  absl::Status AtBatch(const absl::Status& status) const;

 private:
  // A stay in a segment. Readers of it that came meanwhile map it again when they come back.
  struct Visit {
    explicit Visit(Segment& visited) : segment(visited), was_mapped(visited.IsMapped()) {}
    ~Visit() {
      view = SegmentView();
      if (!was_mapped) segment.Unload();
    }
    Segment& segment;
    const bool was_mapped;  // by others, before
    SegmentView view;
  };

  absl::Status Enter();

  Segments segments_;
  std::int64_t from_ = 0;
  std::int64_t end_ = 0;
  std::size_t at_segment_ = 0;
  std::unique_ptr<Visit> visit_;  // of that segment, once it was entered
  std::uint32_t position_ = 0;    // of the next batch
  std::uint32_t last_position_ = 0;
  std::int64_t at_least_ = 0;  // its offset
};

}  // namespace rill::log
