#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/budget.h"
#include "log/segment.h"
#include "log/stored_batches.h"
#include "record/codec.h"
#include "rill/partition.h"
#include "rill/records.h"

namespace rill::log {

// Makes one Records or StoredBatches of a log: runs of whole batches, checked where they were not
// yet, and for Records decompressed where they have to be. Used once, by one thread.
class RecordCollector {
 public:
  enum class Shape { kRecords, kStored };

  // Records in [offset, limit) of `partition`, until `max_bytes` stored bytes; decompressed ones
  // are counted against `buffers`, which outlives this.
  RecordCollector(std::shared_ptr<const TopicPartition> partition, std::int64_t offset,
                  std::int64_t limit, std::size_t max_bytes,
                  const std::shared_ptr<base::Budget>& buffers, Shape shape = Shape::kRecords);

  // Adds what the segment, whose records are below `segment_end_offset`, has of them. DataLoss
  // names the file and the position of a damaged batch, unless sound ones were found before it:
  // then those are given, and the next read meets it.
  absl::Status Collect(Segment& segment, std::int64_t segment_end_offset);

  bool empty() const { return stored_bytes_ == 0; }
  std::size_t stored_bytes() const { return stored_bytes_; }
  // Records that are shown. A batch that compaction thinned out and that is shown in part counts
  // with as many as it may have there.
  std::uint64_t record_count() const { return record_count_; }
  // Behind what was collected, and looked at.
  std::int64_t next_offset() const { return range_.next_offset; }

  // Moves an empty result to the limit: compaction left nothing below.
  void SkipToLimit() {
    if (empty()) range_.next_offset = std::max(range_.next_offset, limit_);
  }

  Records Finish() &&;
  // Of Shape::kStored.
  StoredBatches FinishStored() &&;

 private:
  // The batch at `position`, checked; run_ ends behind it on success.
  absl::Status Take(Segment& segment, const SegmentView& view, std::uint32_t position,
                    BatchView batch);
  absl::Status CheckOffsets(const Segment& segment, const SegmentView& view, std::uint32_t position,
                            BatchView batch, std::int64_t segment_end_offset) const;
  std::uint64_t ShownOf(BatchView batch) const;
  absl::Status Decompress(const SegmentView& view, BatchView batch);
  record::Codec& codec();
  void OpenRun(const SegmentView& view, BatchView batch);
  void CloseRun();

  Records::Range range_;
  const std::int64_t limit_;
  const std::size_t max_bytes_;
  const std::shared_ptr<base::Budget>& buffers_;  // who counts them is all readers' line
  const Shape shape_;
  ShortList<Records::Run> runs_;
  Records::Run run_;  // open while run_.begin is set
  std::size_t stored_bytes_ = 0;
  std::uint64_t record_count_ = 0;
  std::unique_ptr<record::Codec> codec_;
  base::Buffer scratch_;  // of the validation
};

}  // namespace rill::log
