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

SegmentList::Place SegmentList::Containing(std::int64_t offset) const {
  base::MutexLock lock(&mutex_);
  const auto above = Above(segments_, offset);
  Place place;
  if (above != segments_.begin()) place.segment = *std::prev(above);
  if (above != segments_.end()) place.end_offset = (*above)->base_offset();
  return place;
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

std::size_t SegmentList::Count() const {
  base::MutexLock lock(&mutex_);
  return segments_.size();
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

bool SegmentList::Replace(const Segments& replaced, std::shared_ptr<Segment> fresh) {
  base::MutexLock lock(&mutex_);
  const auto begin = std::find(segments_.begin(), segments_.end(), replaced.front());
  const auto left = static_cast<std::size_t>(segments_.end() - begin);
  if (left <= replaced.size() || !std::equal(replaced.begin(), replaced.end(), begin)) return false;
  *begin = std::move(fresh);
  segments_.erase(std::next(begin),
                  begin + static_cast<Segments::difference_type>(replaced.size()));
  return true;
}

}  // namespace rill::log
