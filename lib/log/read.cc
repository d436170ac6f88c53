#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "log/record_collector.h"
#include "log/segmented_log.h"
#include "log/time_lookup.h"
#include "rill/error.h"

namespace rill::log {
namespace {

absl::Status Closed(const std::string& name) {
  return absl::FailedPreconditionError(fmt::format("{} is closed", name));
}

}  // namespace

absl::StatusOr<Records> SegmentedLog::Read(std::int64_t offset, const ReadOptions& options) {
  if (closed_.load(std::memory_order_relaxed)) return Closed(name_);
  const std::int64_t end = high_watermark();
  const std::int64_t start = log_start_offset();
  if (offset < start || offset > end) {
    return MakeError(absl::StatusCode::kOutOfRange, ErrorCode::kOffsetOutOfRange,
                     fmt::format("{}: offset {} is outside of the log, which has {} to {}", name_,
                                 offset, start, end));
  }
  const std::int64_t limit = options.max_records < end - offset
                                 ? offset + std::max<std::int64_t>(options.max_records, 0)
                                 : end;
  RecordCollector collector(partition_, offset, limit, options.max_bytes, environment_.buffers);
  auto segment = segments_.Containing(offset);
  while (segment != nullptr && offset < limit && collector.empty()) {
    if (auto status = collector.Collect(*segment); !status.ok()) return status;
    segment = segments_.After(segment->base_offset());
  }
  return std::move(collector).Finish();
}

absl::StatusOr<TimestampedOffset> SegmentedLog::OffsetForTime(absl::Time time) {
  if (closed_.load(std::memory_order_relaxed)) return Closed(name_);
  const std::int64_t target_ms = absl::ToUnixMillis(time);
  const std::int64_t start = log_start_offset();
  const std::int64_t end = high_watermark();
  for (const auto& segment : segments_.All()) {
    auto found = FindTime(*segment, target_ms, start, end);
    if (!found.ok()) return found.status();
    if (found->offset >= 0) return found;
  }
  return TimestampedOffset();
}

absl::Status SegmentedLog::WaitFor(std::int64_t offset, absl::Duration timeout) {
  const base::Deadline deadline = base::DeadlineAfter(timeout);
  for (;;) {
    const auto ticket = data_.Prepare();
    if (closed_.load()) return Closed(name_);
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
