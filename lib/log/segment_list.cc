#include "log/segment_list.h"

#include <algorithm>
#include <utility>

namespace rill::log {
namespace {

// The first segment that begins above `offset`.
auto Above(const SegmentList::Segments& segments, std::int64_t offset) {
  return std::upper_bound(segments.begin(), segments.end(), offset,
                          [](std::int64_t value, const std::shared_ptr<Segment>& segment) {
                            return value < segment->base_offset();
                          });
}

}  // namespace

std::shared_ptr<Segment> SegmentList::Containing(std::int64_t offset) const {
  base::MutexLock lock(&mutex_);
  const auto above = Above(segments_, offset);
  return above == segments_.begin() ? nullptr : *std::prev(above);
}

std::shared_ptr<Segment> SegmentList::After(std::int64_t base_offset) const {
  base::MutexLock lock(&mutex_);
  const auto above = Above(segments_, base_offset);
  return above == segments_.end() ? nullptr : *above;
}

std::shared_ptr<Segment> SegmentList::First() const {
  base::MutexLock lock(&mutex_);
  return segments_.empty() ? nullptr : segments_.front();
}

std::shared_ptr<Segment> SegmentList::Last() const {
  base::MutexLock lock(&mutex_);
  return segments_.empty() ? nullptr : segments_.back();
}

SegmentList::Segments SegmentList::All() const {
  base::MutexLock lock(&mutex_);
  return segments_;
}

std::uint64_t SegmentList::SizeBytes() const {
  base::MutexLock lock(&mutex_);
  std::uint64_t size = 0;
  for (const auto& segment : segments_) size += segment->end();
  return size;
}

void SegmentList::Add(std::shared_ptr<Segment> segment) {
  base::MutexLock lock(&mutex_);
  segments_.push_back(std::move(segment));
}

void SegmentList::Replace(Segments segments) {
  base::MutexLock lock(&mutex_);
  segments_.swap(segments);
}

SegmentList::Segments SegmentList::TakeBelow(std::int64_t offset) {
  base::MutexLock lock(&mutex_);
  auto keep = segments_.begin();
  while (segments_.end() - keep > 1 && (*std::next(keep))->base_offset() <= offset) {
    ++keep;
  }
  Segments taken(std::make_move_iterator(segments_.begin()), std::make_move_iterator(keep));
  segments_.erase(segments_.begin(), keep);
  return taken;
}

}  // namespace rill::log
