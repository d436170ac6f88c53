#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "log/segment_index.h"
#include "record/batch_walker.h"
#include "rill/record_batch.h"

namespace rill::log {

// How a walk over a segment's bytes ended.
struct ScanResult {
  std::uint32_t sound_end = 0;   // behind the last sound batch
  std::int64_t next_offset = 0;  // behind its last offset
  // OK: only a stopper, zeros, a batch that was never completed, or nothing follows. Otherwise what
  // is wrong with the bytes at sound_end.
  absl::Status damage;
};

enum class ScanDepth {
  kFrames,    // lengths, rising offsets, magic
  kOffsets,   // whether what stands behind a batch agrees with its offsets, too
  kValidate,  // CRC and records, too
};

// Walks the batches in `bytes` from `position` on, the first of which has a base offset of at least
// `next_offset`; `visit` is called with each sound batch and its position. Offsets must rise. From
// kOffsets on, a batch that leaves offsets out, as compaction does, must be followed by one that
// agrees, or be the last of a segment whose next one begins at `end_offset` and agrees: a batch's
// base offset is not under its CRC. Batches whose records take more than `max_size` bytes
// uncompressed are ResourceExhausted.
ScanResult ScanBatches(std::string_view bytes, std::uint32_t position, std::int64_t next_offset,
                       ScanDepth depth,
                       const std::function<void(BatchView, std::uint32_t position)>& visit,
                       std::int64_t end_offset = INT64_MAX,
                       std::size_t max_size = record::kMaxRecordsSize);

// Makes the index entries of a segment batch by batch, as Kafka does: one each time more than
// `interval_bytes` have passed since the last.
class IndexBuilder {
 public:
  // Goes on behind what `index` holds, of a segment that begins at `base_offset`.
  IndexBuilder(GrowingIndex* index, std::int64_t base_offset);

  void Add(std::int64_t last_offset, std::int64_t max_timestamp_ms, std::uint32_t position,
           std::uint32_t size, std::int64_t interval_bytes) {
    if (max_timestamp_ms > max_timestamp_ms_) {
      max_timestamp_ms_ = max_timestamp_ms;
      max_timestamp_at_ = last_offset;
    }
    if (bytes_since_entry_ > interval_bytes) AddEntries(last_offset, position);
    bytes_since_entry_ += size;
  }
  // The next batch has an entry, however few bytes have passed.
  void WantEntry() { bytes_since_entry_ = std::numeric_limits<std::int64_t>::max() / 2; }
  // The last time entry of a segment that is not written on: its largest timestamp.
  void Finish();

  std::int64_t max_timestamp_ms() const { return max_timestamp_ms_; }

 private:
  void AddEntries(std::int64_t last_offset, std::uint32_t position);

  GrowingIndex* index_;
  std::int64_t base_offset_;
  std::int64_t bytes_since_entry_ = 0;
  std::int64_t max_timestamp_ms_ = kNoTimestamp;
  std::int64_t max_timestamp_at_ = -1;
};

}  // namespace rill::log
