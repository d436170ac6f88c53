#include "record/batch_walker.h"

#include <fmt/format.h>

#include "record/errors.h"

namespace rill::record {

absl::StatusOr<std::string_view> UncompressedRecords(BatchView batch, Codec& codec,
                                                     base::Buffer& scratch, std::size_t max_size) {
  if (batch.compression() == Compression::kNone) return batch.payload();
  scratch.Clear();
  // A batch that compaction emptied has no payload at all, whatever its codec.
  if (batch.record_count() == 0 && batch.payload().empty()) return batch.payload();
  const absl::Status status =
      codec.Decompress(batch.compression(), batch.payload(), max_size, scratch);
  if (!status.ok()) return InBatch(batch, status);
  return scratch.view();
}

absl::Status BatchWalker::status() const {
  const auto at = at_ - begin_;
  const auto size = end_ - begin_;
  if (broken_) {
    return CorruptBatch(batch_, fmt::format("the record at byte {} of {} is malformed", at, size));
  }
  if (left_ <= 0 && at_ != end_) {
    return CorruptBatch(batch_, fmt::format("{} bytes follow the last of {} records", size - at,
                                            batch_.record_count()));
  }
  return absl::OkStatus();
}

}  // namespace rill::record
