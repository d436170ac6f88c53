#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"
#include "log/segment.h"

namespace rill::log {

// The segments of a log, in order of base offset. Thread-safe. The lock is held for the instant of
// a look-up or a change, never during I/O; appends do not take it.
class SegmentList {
 public:
  using Segments = std::vector<std::shared_ptr<Segment>>;

  struct Place {
    std::shared_ptr<Segment> segment;     // null when all begin above
    std::int64_t end_offset = INT64_MAX;  // where the next one begins; of the last one, this
    bool is_last() const { return end_offset == INT64_MAX; }
  };
  // The segment that holds `offset`, the last that begins at or below it, and where it ends. Of one
  // moment: later the next segment may be part of one that took the place of both.
  Place Containing(std::int64_t offset) const;
  // The segment that follows the one that begins at `base_offset`; null at the end.
  std::shared_ptr<Segment> After(std::int64_t base_offset) const;
  std::shared_ptr<Segment> First() const;
  std::shared_ptr<Segment> Last() const;
  Segments All() const;
  std::uint64_t SizeBytes() const;
  std::size_t Count() const;

  void Add(std::shared_ptr<Segment> segment);
  void Replace(Segments segments);
  // Takes out and returns those that end at or below `offset`: whose next segment begins there or
  // below. The last segment stays.
  Segments TakeBelow(std::int64_t offset);
  // Puts `fresh` in the place of `replaced`, which follow each other, the first with the same base
  // offset, the last not the log's last. False, and nothing has changed, where they are not all
  // here any more.
  bool Replace(const Segments& replaced, std::shared_ptr<Segment> fresh);

 private:
  mutable base::Mutex mutex_;
  Segments segments_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::log
