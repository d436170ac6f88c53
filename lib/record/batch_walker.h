#pragma once

#include <cstddef>
#include <limits>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/buffer.h"
#include "record/codec.h"
#include "record/sound_run.h"
#include "rill/record_batch.h"

namespace rill::record {

// What a batch's records may take when nobody sets a lower cap: as much as a batch may.
inline constexpr std::size_t kMaxRecordsSize = std::numeric_limits<std::int32_t>::max();

// The records of a batch, uncompressed: the batch's own bytes where it is not compressed, else
// `scratch`, whose former content is lost. Valid as long as those are. Errors name the batch's
// offset:
//   DataLoss (CORRUPT_MESSAGE)   the codec is unknown or its bytes are damaged
//   ResourceExhausted            the records take more than `max_size` bytes, or memory is refused
absl::StatusOr<std::string_view> UncompressedRecords(BatchView batch, Codec& codec,
                                                     base::Buffer& scratch,
                                                     std::size_t max_size = kMaxRecordsSize);

// Walks the records of a batch, with the timestamps that a reader is to see.
//
//   BatchWalker walker(batch, records);
//   while (walker.Next()) Use(walker.record());
//   if (!walker.status().ok()) ...
//
// A view over the batch and its uncompressed records. Safe on any bytes; not thread-safe.
class BatchWalker {
 public:
  BatchWalker(BatchView batch, std::string_view records)
      : batch_(batch),
        begin_(records.data()),
        at_(records.data()),
        end_(records.data() + records.size()),
        base_offset_(batch.base_offset()),
        base_timestamp_ms_(batch.base_timestamp_ms()),
        left_(batch.record_count()),
        log_append_time_(batch.timestamp_type() == TimestampType::kLogAppendTime) {}

  // Moves to the next record. False behind the last one, and where the bytes are malformed.
  bool Next() {
    if (left_ <= 0) return false;
    const char* const next = record_.Parse(at_, end_, base_offset_, base_timestamp_ms_);
    if (next == nullptr) return Break();
    at_ = next;
    --left_;
    if (log_append_time_) record_.OverrideTimestamp(batch_.max_timestamp_ms());
    return true;
  }

  // Moves behind the next records as far as `run` passes them; the one behind them is Next's.
  void Skip(SoundRun& run) { at_ = run.Pass(at_, end_, left_); }

  // The record that the last successful Next moved to.
  const RecordView& record() const { return record_; }

  // Behind that record, in bytes from the first one on.
  std::size_t position() const { return static_cast<std::size_t>(at_ - begin_); }

  // Once Next was false: OK when the records ended where they should, else DataLoss
  // (CORRUPT_MESSAGE) that says where the batch is malformed.
  absl::Status status() const;

 private:
  bool Break() {
    left_ = 0;
    broken_ = true;
    return false;
  }

  BatchView batch_;
  const char* begin_;
  const char* at_;
  const char* end_;
  std::int64_t base_offset_;
  std::int64_t base_timestamp_ms_;
  std::int32_t left_;
  bool log_append_time_;
  bool broken_ = false;
  RecordView record_;
};

// rill::ValidateBatch for those who check many batches: with a codec and scratch memory to use
// again, and a cap on what the records take uncompressed (ResourceExhausted past it).
absl::Status ValidateBatch(BatchView batch, Codec& codec, base::Buffer& scratch,
                           std::size_t max_size = kMaxRecordsSize);
// The same; whether a record has the timestamp that the batch says is its youngest.
absl::StatusOr<bool> ValidateWithYoungest(BatchView batch, Codec& codec, base::Buffer& scratch,
                                          std::size_t max_size = kMaxRecordsSize);

}  // namespace rill::record
