#include <algorithm>
#include <string>
#include <utility>

#include "base/sleep_timer.h"
#include "fmt/format.h"
#include "log/segmented_log.h"
#include "rill/error.h"

namespace rill::log {

absl::StatusOr<Records> SegmentedLog::Read(std::int64_t offset, const ReadOptions& options) {
  if (closed_.load(std::memory_order_relaxed)) return WhyClosed();
  return reader_.Read(offset, options, high_watermark());
}

absl::StatusOr<StoredBatches> SegmentedLog::ReadStored(std::int64_t offset, std::size_t max_bytes,
                                                       std::int64_t end) {
  if (closed_.load(std::memory_order_relaxed)) return WhyClosed();
  return reader_.ReadStored(offset, max_bytes, end);
}

absl::StatusOr<std::vector<CompletedTransaction>> SegmentedLog::AbortedTransactions(
    std::int64_t begin, std::int64_t end) {
  if (closed_.load(std::memory_order_relaxed)) return WhyClosed();
  return reader_.AbortedTransactions(begin, end);
}

absl::StatusOr<TimestampedOffset> SegmentedLog::OffsetForTime(absl::Time time) {
  if (closed_.load(std::memory_order_relaxed)) return WhyClosed();
  return reader_.OffsetForTime(time, high_watermark());
}

absl::StatusOr<TimestampedOffset> SegmentedLog::OffsetOfLargestTimestamp() {
  if (closed_.load(std::memory_order_relaxed)) return WhyClosed();
  return reader_.OffsetOfLargestTimestamp(high_watermark());
}

absl::StatusOr<LeaderEpochs::EndOffset> SegmentedLog::EndOfLeaderEpoch(std::int32_t epoch) {
  base::MutexLock lock(&append_mutex_);
  if (closed_.load()) return WhyClosed();
  return epochs_.EndOffsetFor(epoch, log_end_offset());
}

absl::StatusOr<std::vector<ProducerState::SnapshotEntry>> SegmentedLog::ActiveProducers() {
  base::MutexLock lock(&append_mutex_);
  if (closed_.load()) return WhyClosed();
  return producers_.SnapshotEntries();
}

// Compaction leaves holes; in a log that is not compacted, somebody took records away. Once a hole,
// for every consumer comes by.
void SegmentedLog::SayHole(std::int64_t begin, std::int64_t end) {
  if (is_compacted_.load(std::memory_order_relaxed) || begin < first_dirty_offset()) return;
  {
    base::MutexLock lock(&holes_mutex_);
    if (!told_holes_.insert(end).second) return;
  }
  Say(LogLevel::kWarning,
      fmt::format("{}: offsets {} to {} are missing: the segment that held them was removed or cut",
                  name_, begin, end - 1));
}

absl::Status SegmentedLog::WaitFor(std::int64_t offset, absl::Duration timeout) {
  const base::Deadline deadline = base::DeadlineAfter(timeout);
  base::SleepTimer timer(metrics_->read_wait, clock_);
  for (;;) {
    const auto ticket = data_.Prepare();
    if (closed_.load()) return WhyClosed();
    if (high_watermark() > offset) return absl::OkStatus();
    timer.FallAsleep();
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
