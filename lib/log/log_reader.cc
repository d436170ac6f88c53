#include "log/log_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fmt/format.h"
#include "log/record_collector.h"
#include "log/time_lookup.h"
#include "rill/error.h"

namespace rill::log {

absl::Status LogReader::OutsideOfLog(std::int64_t offset, std::int64_t end) const {
  return MakeError(absl::StatusCode::kOutOfRange, ErrorCode::kOffsetOutOfRange,
                   fmt::format("{}: offset {} is outside of the log, which has {} to {}", name_,
                               offset, log_->log_start_offset(), end));
}

// Damage, and from which offset on the log can be read in spite of it.
absl::Status LogReader::WithWayOn(const absl::Status& damage, std::int64_t offset,
                                  const SegmentList::Place& place, std::int64_t end) const {
  std::optional<std::int64_t> resume;
  if (auto view = place.segment->View(); view.ok() && view->end > 0) {
    resume = place.segment->ResumeOffset(*view, offset, place.is_last() ? end : place.end_offset);
  }
  if (!resume.has_value() && !place.is_last()) resume = place.end_offset;
  const std::string way_on = resume.has_value()
                                 ? fmt::format("reading can go on at offset {}", *resume)
                                 : "nothing behind it in this log can be read";
  return MakeError(damage.code(), GetErrorCode(damage),
                   fmt::format("{}; {}", std::string(damage.message()), way_on));
}

absl::StatusOr<Records> LogReader::Read(std::int64_t offset, const ReadOptions& options,
                                        std::int64_t end) const {
  if (offset < log_->log_start_offset() || offset > end) return OutsideOfLog(offset, end);
  const std::int64_t limit = options.max_records < end - offset
                                 ? offset + std::max<std::int64_t>(options.max_records, 0)
                                 : end;
  RecordCollector collector(partition_, offset, limit, options.max_bytes, buffers_);
  if (auto from = Collect(collector, offset, limit, end); !from.ok()) return from.status();
  return std::move(collector).Finish();
}

absl::StatusOr<StoredBatches> LogReader::ReadStored(std::int64_t offset, std::size_t max_bytes,
                                                    std::int64_t end) const {
  if (offset < log_->log_start_offset() || offset > end) return OutsideOfLog(offset, end);
  RecordCollector collector(partition_, offset, end, max_bytes, buffers_,
                            RecordCollector::Shape::kStored);
  auto from = Collect(collector, offset, end, end);
  if (!from.ok()) return from.status();
  StoredBatches batches = std::move(collector).FinishStored();
  batches.segment = *std::move(from);
  return batches;
}

absl::StatusOr<std::shared_ptr<Segment>> LogReader::Collect(RecordCollector& collector,
                                                            std::int64_t offset, std::int64_t limit,
                                                            std::int64_t end) const {
  // Whoever looks all the time mostly finds nothing, and must not touch what appends write.
  if (offset == end) return nullptr;
  auto place = segments_->Containing(offset);
  if (place.segment != nullptr) place.segment->Prefetch(offset);
  while (place.segment != nullptr && offset < limit) {
    auto status = collector.Collect(*place.segment, place.is_last() ? end : place.end_offset);
    // Retention may have taken the segment away since its offset was looked at.
    if (!status.ok() && offset < log_->log_start_offset()) return OutsideOfLog(offset, end);
    if (!status.ok() && place.segment->is_retired()) {
      // So may compaction; what took its place is listed before.
      place = segments_->Containing(std::max(offset, place.segment->base_offset()));
      continue;
    }
    if (GetErrorCode(status) == ErrorCode::kCorruptMessage) {
      return WithWayOn(status, offset, place, end);
    }
    if (!status.ok()) return status;
    // Behind the segment's last batch, that is: not where the limit ended the look for one.
    if (collector.empty() && collector.next_offset() == offset && !place.is_last() &&
        offset < place.end_offset) {
      tell_hole_(offset, place.end_offset);
    }
    if (!collector.empty()) break;
    place = place.is_last() ? SegmentList::Place() : segments_->Containing(place.end_offset);
  }
  if (collector.empty() && offset < log_->log_start_offset()) return OutsideOfLog(offset, end);
  if (place.segment == nullptr) collector.SkipToLimit();
  if (collector.empty()) return nullptr;
  read_.records.Add(collector.record_count());
  read_.bytes.Add(collector.stored_bytes());
  return std::move(place.segment);
}

// The process that writes the log takes segments off the list before it touches their files.
bool LogReader::IsListed(const Segment& segment) const {
  return segments_->Containing(segment.base_offset()).segment.get() == &segment;
}

absl::StatusOr<bool> LogReader::HasAborted() const {
  const Aborted known = aborted_.load(std::memory_order_relaxed);
  if (known != Aborted::kUnknown) return known == Aborted::kSome;
  bool has_some = false;
  for (const auto& segment : segments_->All()) {
    const auto aborted = segment->Aborted();
    if (!aborted.ok() && !IsListed(*segment)) return HasAborted();
    if (!aborted.ok()) return aborted.status();
    has_some = has_some || !(*aborted)->empty();
  }
  aborted_.store(has_some ? Aborted::kSome : Aborted::kNone, std::memory_order_relaxed);
  return has_some;
}

// A marker stands behind the data of its transaction, perhaps in a later segment.
absl::StatusOr<std::vector<CompletedTransaction>> LogReader::AbortedTransactions(
    std::int64_t begin, std::int64_t end) const {
  std::vector<CompletedTransaction> found;
  const auto has_some = HasAborted();
  if (!has_some.ok()) return has_some.status();
  if (!*has_some) return found;
  const auto segments = segments_->All();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (i + 1 < segments.size() && segments[i + 1]->base_offset() <= begin) continue;
    const auto aborted = segments[i]->Aborted();
    if (!aborted.ok() && !IsListed(*segments[i])) return AbortedTransactions(begin, end);
    if (!aborted.ok()) return aborted.status();
    for (const CompletedTransaction& transaction : **aborted) {
      if (transaction.last_offset < begin) continue;
      if (transaction.first_offset < end) found.push_back(transaction);
      // Whatever was aborted later began at that offset or behind it.
      if (transaction.last_stable_offset >= end) return found;
    }
  }
  return found;
}

absl::StatusOr<TimestampedOffset> LogReader::OffsetForTime(absl::Time time,
                                                           std::int64_t end) const {
  const std::int64_t target_ms = std::max(absl::ToUnixMillis(time), INT64_MIN + 1);
  const std::int64_t start = log_->log_start_offset();
  const auto segments = segments_->All();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (i + 1 < segments.size() && segments[i + 1]->base_offset() <= start) continue;
    auto found = FindTime(*segments[i], target_ms, start, end, *buffers_);
    // Retention or compaction may have taken the segment away meanwhile, in another process, too.
    if (!found.ok() && (log_->log_start_offset() > start || !IsListed(*segments[i]))) {
      return OffsetForTime(time, end);
    }
    if (!found.ok()) return found.status();
    if (found->offset >= 0) return found;
  }
  return TimestampedOffset();
}

// A segment that is written tells of what its index has; what came behind that may be younger.
absl::StatusOr<TimestampedOffset> LogReader::OffsetOfLargestTimestamp(std::int64_t end) const {
  std::int64_t largest_ms = kNoTimestamp;
  for (const auto& segment : segments_->All()) {
    const auto of_segment = segment->LargestTimestamp();
    if (!of_segment.ok() && !IsListed(*segment)) return OffsetOfLargestTimestamp(end);
    if (!of_segment.ok()) return of_segment.status();
    largest_ms = std::max(largest_ms, *of_segment);
  }
  TimestampedOffset largest;
  for (;;) {
    auto found = OffsetForTime(absl::FromUnixMillis(largest_ms), end);
    if (!found.ok() || found->offset < 0) return found.ok() ? largest : found;
    largest = *found;
    largest_ms = found->timestamp_ms + 1;
  }
}

}  // namespace rill::log
