#include "log/index_continuation.h"

#include <optional>
#include <utility>

namespace rill::log {
namespace {

// What a batch's offsets must be below to be believed: entries rise.
struct Bounds {
  std::uint32_t position = 0;    // of a batch that an entry agrees with
  std::int64_t base_offset = 0;  // of that batch: those before it are below
  std::int64_t end_offset = 0;   // of the segment
};

// Makes entries for the batches from `from` on; returns where that ended.
std::uint32_t AddBatches(const SegmentView& view, std::int64_t segment_base, std::uint32_t from,
                         const Bounds& bounds, std::int64_t index_interval_bytes,
                         IndexContinuation& continued) {
  const auto add = [&](BatchView batch, std::uint32_t position) {
    const bool is_before = position < bounds.position;
    if (batch.last_offset() >= (is_before ? bounds.base_offset : bounds.end_offset)) return;
    continued.builder.Add(batch.last_offset(), batch.max_timestamp_ms(), position,
                          static_cast<std::uint32_t>(batch.size()), index_interval_bytes);
  };
  return ScanBatches({view.data(), view.end}, from, segment_base, ScanDepth::kFrames, add)
      .sound_end;
}

// The batch of the last entry that has one.
std::optional<BatchView> LastIndexed(Segment& segment, const SegmentView& view,
                                     const SegmentIndex& index) {
  for (std::size_t i = index.offset_entries(); i > 0; --i) {
    if (const auto batch = segment.BatchOfEntry(view, index, i - 1); batch.has_value()) {
      return batch;
    }
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<IndexContinuation> ContinueIndex(Segment& segment, const SegmentView& view,
                                                std::int64_t end_offset,
                                                std::int64_t index_interval_bytes) {
  auto stored = segment.Index();
  if (!stored.ok()) return stored.status();
  const bool goes_on = segment.CanGoOnWith(view, **stored);
  auto index =
      goes_on ? std::make_shared<GrowingIndex>(**stored) : std::make_shared<GrowingIndex>();
  IndexContinuation continued{index, IndexBuilder(index.get(), segment.base_offset())};
  Bounds bounds{.end_offset = end_offset};
  const auto indexed = LastIndexed(segment, view, **stored);
  if (indexed.has_value()) {
    bounds.position = static_cast<std::uint32_t>(indexed->data() - view.data());
    bounds.base_offset = indexed->base_offset();
  }
  const auto add = [&](std::uint32_t from) {
    return AddBatches(view, segment.base_offset(), from, bounds, index_interval_bytes, continued);
  };
  if (goes_on) {
    // The batch of the last entry has it already.
    add(indexed.has_value() ? bounds.position + static_cast<std::uint32_t>(indexed->size()) : 0);
    return continued;
  }
  // Damage below what was flushed is for whoever reads it to meet. The batches behind it, and those
  // that are yet to come, must be found all the same.
  const std::uint32_t end = add(0);
  if (end == view.end) return continued;
  continued.builder.WantEntry();
  if (bounds.position >= end && indexed.has_value()) add(bounds.position);
  continued.builder.WantEntry();
  return continued;
}

}  // namespace rill::log
