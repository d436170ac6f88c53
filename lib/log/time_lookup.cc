#include "log/time_lookup.h"

#include <algorithm>
#include <string>

#include "fmt/format.h"
#include "log/buffer_cap.h"
#include "record/batch_walker.h"
#include "record/codec.h"
#include "rill/error.h"

namespace rill::log {
namespace {

// The first record of the batch in [start, end) that is young enough; offset -1 for none.
absl::StatusOr<TimestampedOffset> FindInBatch(BatchView batch, std::int64_t target_ms,
                                              std::int64_t start, std::int64_t end,
                                              base::Budget& buffers) {
  const auto cap = BufferCap::Whole(buffers);
  record::Codec codec;
  base::Buffer scratch;
  auto status = record::ValidateBatch(batch, codec, scratch, cap.bytes());
  if (!status.ok()) return cap.Named(status);
  auto records = record::UncompressedRecords(batch, codec, scratch, cap.bytes());
  if (!records.ok()) return records.status();
  record::BatchWalker walker(batch, *records);
  while (walker.Next()) {
    const RecordView& record = walker.record();
    if (record.offset() >= end) break;
    if (record.offset() < start || record.timestamp_ms() < target_ms) continue;
    return TimestampedOffset{record.offset(), record.timestamp_ms()};
  }
  return TimestampedOffset();
}

}  // namespace

absl::StatusOr<TimestampedOffset> FindTime(Segment& segment, std::int64_t target_ms,
                                           std::int64_t start, std::int64_t end,
                                           base::Budget& buffers) {
  auto view = segment.View();
  if (!view.ok()) return view.status();
  auto index = segment.Index();
  if (!index.ok()) return index.status();
  // Everything up to the floor entry's offset is older than the target, or of its age: the answer
  // may be that very batch.
  const TimeEntry floor = (*index)->FloorTime(target_ms - 1);
  std::int64_t from = std::max(start, segment.base_offset());
  if (segment.Confirms(*view, floor)) {
    from = std::max(start, segment.base_offset() + floor.relative_offset);
  }
  auto position = segment.Find(*view, from);
  if (!position.ok()) return position.status();
  std::int64_t at_least = segment.base_offset();
  for (std::uint32_t at = *position; at < view->end;) {
    if (segment.EndsAt(*view, at, at_least)) break;
    auto batch = segment.FrameAt(*view, at, at_least);
    if (!batch.ok()) return batch.status();
    if (batch->base_offset() >= end) break;
    if (batch->max_timestamp_ms() >= target_ms && !batch->is_control()) {
      auto found = FindInBatch(*batch, target_ms, start, end, buffers);
      if (!found.ok()) {
        return MakeError(found.status().code(), GetErrorCode(found.status()),
                         fmt::format("{}: byte {}: {}", segment.log_path(), at,
                                     std::string(found.status().message())));
      }
      if (found->offset >= 0) return found;
    }
    at_least = batch->next_offset();
    at += static_cast<std::uint32_t>(batch->size());
  }
  return TimestampedOffset();
}

}  // namespace rill::log
