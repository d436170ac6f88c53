#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/budget.h"
#include "log/log_metrics.h"
#include "log/partition_log.h"
#include "log/record_collector.h"
#include "log/segment_list.h"

namespace rill::log {

// Reads the segments of a log, whoever writes it. Thread-safe; takes no lock but the list's, for an
// instant.
class LogReader {
 public:
  // Told where the log has no records though it should have some.
  using HoleTeller = std::function<void(std::int64_t begin, std::int64_t end)>;

  // Reads what is in `segments`, the list of `log`'s. What is pointed to outlives this.
  LogReader(const PartitionLog* log, const SegmentList* segments,
            std::shared_ptr<const TopicPartition> partition, std::string name,
            std::shared_ptr<base::Budget> buffers, HoleTeller tell_hole)
      : log_(log),
        segments_(segments),
        partition_(std::move(partition)),
        name_(std::move(name)),
        buffers_(std::move(buffers)),
        tell_hole_(std::move(tell_hole)) {}

  // As those of rill::Partition, of what is below `end`, the high watermark; the list leads there.
  absl::StatusOr<Records> Read(std::int64_t offset, const ReadOptions& options,
                               std::int64_t end) const;
  absl::StatusOr<StoredBatches> ReadStored(std::int64_t offset, std::size_t max_bytes,
                                           std::int64_t end) const;
  absl::StatusOr<std::vector<CompletedTransaction>> AbortedTransactions(std::int64_t begin,
                                                                        std::int64_t end) const;
  absl::StatusOr<TimestampedOffset> OffsetForTime(absl::Time time, std::int64_t end) const;
  absl::StatusOr<TimestampedOffset> OffsetOfLargestTimestamp(std::int64_t end) const;

  void AddTo(LogCounts& counts) const {
    counts.read_records += read_.records.value();
    counts.read_bytes += read_.bytes.value();
  }

 private:
  // The segment that has what was collected; null where that is nothing.
  absl::StatusOr<std::shared_ptr<Segment>> Collect(RecordCollector& collector, std::int64_t offset,
                                                   std::int64_t limit, std::int64_t end) const;
  bool IsListed(const Segment& segment) const;
  absl::StatusOr<bool> HasAborted() const;
  absl::Status OutsideOfLog(std::int64_t offset, std::int64_t end) const;
  absl::Status WithWayOn(const absl::Status& damage, std::int64_t offset,
                         const SegmentList::Place& place, std::int64_t end) const;

  // First, so that it stands behind the list of segments in a log, whose lock every read takes too:
  // two threads that read one log hand that line to each other anyway. At a distance from what
  // appends store to.
  mutable ReadCounters read_;
  // Whether any transaction was aborted in what the log had when that was first asked for: most
  // logs have none, and get none.
  enum class Aborted : std::int8_t { kUnknown, kNone, kSome };
  mutable std::atomic<Aborted> aborted_ = Aborted::kUnknown;
  const PartitionLog* const log_;
  const SegmentList* const segments_;
  const std::shared_ptr<const TopicPartition> partition_;  // Records outlive the log
  const std::string name_;                                 // "topic-0", for messages
  const std::shared_ptr<base::Budget> buffers_;
  const HoleTeller tell_hole_;
};

}  // namespace rill::log
