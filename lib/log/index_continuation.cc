#include "log/index_continuation.h"

#include <utility>

namespace rill::log {

absl::StatusOr<IndexContinuation> ContinueIndex(Segment& segment, const SegmentView& view,
                                                std::int64_t index_interval_bytes) {
  auto growing = std::make_shared<GrowingIndex>();
  if (view.end > 0) {
    auto stored = segment.Index();
    if (!stored.ok()) return stored.status();
    if (segment.CanGoOnWith(view, **stored)) growing = std::make_shared<GrowingIndex>(**stored);
  }
  IndexContinuation continued{growing, IndexBuilder(growing.get(), segment.base_offset())};
  std::uint32_t from = 0;
  if (const auto last = growing->LastOffset(); last.has_value()) from = last->position;
  ScanBatches({view.data(), view.end}, from, segment.base_offset(), ScanDepth::kFrames,
              [&](BatchView batch, std::uint32_t position) {
                if (position == from && from > 0) return;  // has its entry
                continued.builder.Add(batch.last_offset(), batch.max_timestamp_ms(), position,
                                      static_cast<std::uint32_t>(batch.size()),
                                      index_interval_bytes);
              });
  return continued;
}

}  // namespace rill::log
