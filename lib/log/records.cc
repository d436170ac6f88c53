#include "rill/records.h"

#include <atomic>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "rill/error.h"

namespace rill {

bool Records::iterator::NextBatch() {
  const auto enter = [this](BatchView batch, const char* begin, const char* end) {
    record_at_ = begin;
    batch_end_ = end;
    base_offset_ = batch.base_offset();
    log_append_time_ = batch.timestamp_type() == TimestampType::kLogAppendTime;
    base_timestamp_ms_ = log_append_time_ ? batch.max_timestamp_ms() : batch.base_timestamp_ms();
  };
  for (;;) {
    while (batch_at_ < run_end_) {
      const BatchView batch(batch_at_);
      const auto left = static_cast<std::size_t>(run_end_ - batch_at_);
      if (left < kBatchHeaderSize || batch.batch_length() < 0 || batch.size() > left ||
          batch.size() < kBatchHeaderSize) {
        Break();
        return false;
      }
      batch_at_ += batch.size();
      if (batch.is_control() || batch.last_offset() < first_offset_) continue;
      enter(batch, batch.data() + kBatchHeaderSize, batch.data() + batch.size());
      return true;
    }
    if (next_run_ == records_->runs_.size()) {
      at_end_ = true;
      return false;
    }
    const Run& run = records_->runs_[next_run_++];
    record_.where_ = records_->ranges_[run.range].where.get();
    first_offset_ = run.first_offset;
    limit_offset_ = run.limit_offset;
    batch_at_ = run_end_ = run.end;
    if (run.header != nullptr) {
      enter(BatchView(run.header), run.begin, run.end);
      return true;
    }
    batch_at_ = run.begin;
  }
}

void Records::iterator::Break() {
  at_end_ = true;
  std::atomic_ref<bool>(records_->walk_broke_).store(true, std::memory_order_relaxed);
}

bool Records::empty() const { return begin() == end(); }

absl::Status Records::Check() const {
  if (!std::atomic_ref<bool>(walk_broke_).load(std::memory_order_relaxed)) return absl::OkStatus();
  std::string where;
  for (const Range& range : ranges_) {
    where += fmt::format(" {}-{} offsets {} to {}", range.partition().topic,
                         range.partition().partition, range.first_offset, range.next_offset);
  }
  return MakeError(
      absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
      fmt::format("records that were sound when they were read have changed since, in{}: "
                  "check memory and disk, and who else writes the files",
                  where));
}

void Records::Append(Records other) {
  const std::size_t first_range = ranges_.size();
  for (Range& range : other.ranges_) ranges_.push_back(std::move(range));
  for (Run& run : other.runs_) {
    run.range += first_range;
    runs_.push_back(std::move(run));
  }
  stored_bytes_ += other.stored_bytes_;
  walk_broke_ = walk_broke_ || other.walk_broke_;
}

void Records::AddRange(Range range, ShortList<Run> runs, std::size_t stored_bytes) {
  for (Run& run : runs) {
    run.range = ranges_.size();
    runs_.push_back(std::move(run));
  }
  ranges_.push_back(std::move(range));
  stored_bytes_ += stored_bytes;
}

}  // namespace rill
