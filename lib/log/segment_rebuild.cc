#include "log/segment_rebuild.h"

#include "fmt/format.h"
#include "log/segment.h"
#include "log/segment_name.h"
#include "log/segment_scan.h"
#include "rill/error.h"

namespace rill::log {

absl::Status RebuildIndexFiles(io::FileSystem& files, const std::string& directory,
                               std::int64_t base_offset, std::int64_t interval_bytes) {
  const std::string stem = SegmentStem(directory, base_offset);
  const auto size = files.FileSize(stem + kLogSuffix);
  if (!size.ok()) return size.status();
  if (*size > kMaxSegmentFileSize) {
    return MakeError(
        absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
        fmt::format("{}{}: {} bytes are more than a segment can have", stem, kLogSuffix, *size));
  }
  Segment segment(&files, stem, base_offset, static_cast<std::uint32_t>(*size));
  auto view = segment.View();
  if (!view.ok()) return view.status();
  GrowingIndex index;
  IndexBuilder builder(&index, base_offset);
  const ScanResult scan =
      ScanBatches({view->data(), view->end}, 0, base_offset, ScanDepth::kFrames,
                  [&](BatchView batch, std::uint32_t position) {
                    builder.Add(batch.last_offset(), batch.max_timestamp_ms(), position,
                                static_cast<std::uint32_t>(batch.size()), interval_bytes);
                  });
  const bool ends =
      scan.sound_end == view->end || segment.EndsAt(*view, scan.sound_end, scan.next_offset);
  if (!scan.damage.ok() || !ends) {
    return MakeError(
        absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
        fmt::format("{}: byte {}: the batches end here", segment.log_path(), scan.sound_end));
  }
  builder.Finish();
  if (auto removed = RemoveIndexFiles(files, stem); !removed.ok()) return removed;
  return index.Save(files, stem, /*sync=*/true);
}

}  // namespace rill::log
