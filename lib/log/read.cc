#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "log/record_collector.h"
#include "log/segmented_log.h"
#include "log/time_lookup.h"
#include "rill/error.h"

namespace rill::log {

absl::Status SegmentedLog::OutsideOfLog(std::int64_t offset) const {
  return MakeError(absl::StatusCode::kOutOfRange, ErrorCode::kOffsetOutOfRange,
                   fmt::format("{}: offset {} is outside of the log, which has {} to {}", name_,
                               offset, log_start_offset(), high_watermark()));
}

// Damage, and from which offset on the log can be read in spite of it.
absl::Status SegmentedLog::WithWayOn(const absl::Status& damage, Segment& segment,
                                     std::int64_t offset,
                                     const std::shared_ptr<Segment>& next) const {
  std::optional<std::int64_t> resume;
  if (auto view = segment.View(); view.ok() && view->end > 0) {
    resume = segment.ResumeOffset(*view, offset,
                                  next == nullptr ? high_watermark() : next->base_offset());
  }
  if (!resume.has_value() && next != nullptr) resume = next->base_offset();
  const std::string way_on = resume.has_value()
                                 ? fmt::format("reading can go on at offset {}", *resume)
                                 : "nothing behind it in this log can be read";
  return MakeError(damage.code(), GetErrorCode(damage),
                   fmt::format("{}; {}", std::string(damage.message()), way_on));
}

absl::StatusOr<Records> SegmentedLog::Read(std::int64_t offset, const ReadOptions& options) {
  if (closed_.load(std::memory_order_relaxed)) return WhyClosed();
  const std::int64_t end = high_watermark();
  if (offset < log_start_offset() || offset > end) return OutsideOfLog(offset);
  const std::int64_t limit = options.max_records < end - offset
                                 ? offset + std::max<std::int64_t>(options.max_records, 0)
                                 : end;
  RecordCollector collector(partition_, offset, limit, options.max_bytes, environment_.buffers);
  auto segment = segments_.Containing(offset);
  while (segment != nullptr && offset < limit && collector.empty()) {
    const auto next = segments_.After(segment->base_offset());
    auto status = collector.Collect(*segment, next == nullptr ? end : next->base_offset());
    // Retention may have taken the segment away since its offset was looked at.
    if (!status.ok() && offset < log_start_offset()) return OutsideOfLog(offset);
    if (GetErrorCode(status) == ErrorCode::kCorruptMessage) {
      return WithWayOn(status, *segment, offset, next);
    }
    if (!status.ok()) return status;
    // Behind the segment's last batch, that is: not where the limit ended the look for one.
    if (collector.empty() && collector.next_offset() == offset && next != nullptr &&
        offset < next->base_offset()) {
      SayHole(offset, next->base_offset());
    }
    segment = next;
  }
  if (collector.empty() && offset < log_start_offset()) return OutsideOfLog(offset);
  if (segment == nullptr) collector.SkipToLimit();
  return std::move(collector).Finish();
}

// Compaction leaves holes; in a log that is not compacted, somebody took records away. Once a hole,
// for every consumer comes by.
void SegmentedLog::SayHole(std::int64_t begin, std::int64_t end) {
  if (is_compacted_.load(std::memory_order_relaxed)) return;
  {
    base::MutexLock lock(&holes_mutex_);
    if (!told_holes_.insert(end).second) return;
  }
  Say(LogLevel::kWarning,
      fmt::format("{}: offsets {} to {} are missing: the segment that held them was removed or cut",
                  name_, begin, end - 1));
}

absl::StatusOr<TimestampedOffset> SegmentedLog::OffsetForTime(absl::Time time) {
  if (closed_.load(std::memory_order_relaxed)) return WhyClosed();
  const std::int64_t target_ms = std::max(absl::ToUnixMillis(time), INT64_MIN + 1);
  const std::int64_t start = log_start_offset();
  const std::int64_t end = high_watermark();
  const auto segments = segments_.All();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (i + 1 < segments.size() && segments[i + 1]->base_offset() <= start) continue;
    auto found = FindTime(*segments[i], target_ms, start, end, *environment_.buffers);
    // Retention may have taken the segment away meanwhile.
    if (!found.ok() && log_start_offset() > start) return OffsetForTime(time);
    if (!found.ok()) return found.status();
    if (found->offset >= 0) return found;
  }
  return TimestampedOffset();
}

absl::Status SegmentedLog::WaitFor(std::int64_t offset, absl::Duration timeout) {
  const base::Deadline deadline = base::DeadlineAfter(timeout);
  for (;;) {
    const auto ticket = data_.Prepare();
    if (closed_.load()) return WhyClosed();
    if (high_watermark() > offset) return absl::OkStatus();
    if (!data_.Wait(ticket, deadline) && high_watermark() <= offset && !closed_.load()) {
      return MakeError(absl::StatusCode::kDeadlineExceeded, ErrorCode::kRequestTimedOut,
                       fmt::format("{}: nothing behind offset {} within {}", name_, offset,
                                   absl::FormatDuration(timeout)));
    }
  }
}

struct SegmentedLog::Observation {
  Observer observer;
};

std::shared_ptr<void> SegmentedLog::Observe(Observer observer) {
  auto* observation = new Observation{std::move(observer)};
  {
    base::MutexLock lock(&observers_mutex_);
    observers_.push_back(observation);
  }
  observer_count_.fetch_add(1);
  return {observation, [self = shared_from_this()](Observation* gone) {
            {
              base::MutexLock lock(&self->observers_mutex_);
              std::erase(self->observers_, gone);
            }
            self->observer_count_.fetch_sub(1);
            delete gone;
          }};
}

void SegmentedLog::NotifyObservers() {
  base::MutexLock lock(&observers_mutex_);
  for (Observation* observation : observers_) observation->observer();
}

}  // namespace rill::log
