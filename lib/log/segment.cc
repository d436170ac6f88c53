#include "log/segment.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/prefetch.h"
#include "fmt/format.h"
#include "log/segment_name.h"
#include "log/segment_scan.h"
#include "log/stopper.h"
#include "log/transaction_index.h"
#include "rill/error.h"

namespace rill::log {
namespace {

constexpr std::uint64_t Pack(std::uint32_t high, std::uint32_t low) {
  return std::uint64_t{high} << 32 | low;
}
constexpr std::uint32_t High(std::uint64_t packed) {
  return static_cast<std::uint32_t>(packed >> 32);
}
constexpr std::uint32_t Low(std::uint64_t packed) { return static_cast<std::uint32_t>(packed); }

}  // namespace

absl::StatusOr<SegmentView> Segment::View() {
  SegmentView view;
  view.end = end();
  if (view.end == 0) return view;
  if (!viewed_.load(std::memory_order_relaxed)) viewed_.store(true, std::memory_order_relaxed);
  base::MutexLock lock(&load_mutex_);
  if (mapping_ == nullptr) {
    if (is_retired()) return TookItsPlace();
    auto file = files_->Open(log_path(), io::OpenMode::kRead);
    if (!file.ok()) return file.status();
    auto size = (*file)->Size();
    if (!size.ok()) return size.status();
    if (*size < view.end) {
      return Damaged(
          static_cast<std::uint32_t>(*size),
          fmt::format("the file was cut behind our back; {} bytes belong there", view.end));
    }
    auto mapping = (*file)->Map(view.end, io::MapMode::kRead);
    if (!mapping.ok()) return mapping.status();
    mapping_ = *std::move(mapping);
  }
  view.mapping = mapping_;
  return view;
}

std::unique_ptr<const io::File> Segment::OpenFile(const io::Mapping& shown) const {
  if (!files_->IsShared()) return nullptr;
  auto file = files_->Open(log_path(), io::OpenMode::kRead);
  if (!file.ok() || (*file)->descriptor() < 0) return nullptr;
  const auto found = (*file)->Id();
  if (!found.ok() || *found != shown.file_id()) return nullptr;
  return *std::move(file);
}

absl::Status Segment::TookItsPlace() const {
  return MakeError(absl::StatusCode::kAborted, ErrorCode::kUnknownServerError,
                   fmt::format("{}: another segment took its place", log_path()));
}

absl::StatusOr<BatchView> Segment::FrameAt(const SegmentView& view, std::uint32_t position,
                                           std::int64_t at_least) const {
  const std::uint32_t left = view.end - position;
  if (left < kBatchHeaderSize) return Damaged(position, "the segment ends inside a batch header");
  const BatchView batch(view.data() + position);
  const std::int64_t length = batch.batch_length();
  constexpr std::int64_t kHeaderAfterLength = kBatchHeaderSize - kLogOverhead;
  if (length < kHeaderAfterLength || length + static_cast<std::int64_t>(kLogOverhead) > left) {
    return Damaged(position, fmt::format("batch length {} does not fit the segment", length));
  }
  if (batch.magic() != 2) {
    const auto refused = ParseBatch({batch.data(), left}).status();
    return MakeError(
        refused.code(), GetErrorCode(refused),
        fmt::format("{}: byte {}: {}", log_path(), position, std::string(refused.message())));
  }
  constexpr std::int64_t kMostRelative = std::numeric_limits<std::int32_t>::max();
  // In this order: at_least is not below base_offset_, so that nothing here can overflow.
  if (batch.base_offset() < at_least || batch.last_offset_delta() < 0 ||
      batch.base_offset() - base_offset_ > kMostRelative - batch.last_offset_delta()) {
    return Damaged(position, fmt::format("base offset {} out of place", batch.base_offset()));
  }
  return batch;
}

absl::StatusOr<std::uint32_t> Segment::Find(const SegmentView& view, std::int64_t offset) {
  if (offset <= base_offset_) return 0;
  const auto relative = static_cast<std::uint32_t>(offset - base_offset_);
  const std::uint64_t hint = hints_[relative % kHints].load(std::memory_order_relaxed);
  if (High(hint) == relative && Low(hint) <= view.end) return Low(hint);

  auto index = Index();
  if (!index.ok()) return index.status();
  // An entry for the very batch leads there past any damage before it.
  const auto own = BatchOfEntry(view, **index, (*index)->OffsetEntriesBelow(relative));
  if (own.has_value() && own->base_offset() <= offset) return PositionOf(view, *own);
  std::uint32_t at = FloorPosition(view, **index, offset);
  std::int64_t at_least = base_offset_;
  while (at < view.end) {
    if (EndsAt(view, at, at_least)) return view.end;
    auto batch = FrameAt(view, at, at_least);
    if (!batch.ok()) {
      const auto indexed = IndexedBatch(view, base_offset_, offset);
      if (!indexed.has_value() || indexed->base_offset() > offset) return batch.status();
      return PositionOf(view, *indexed);
    }
    if (batch->last_offset() >= offset) break;
    at_least = batch->next_offset();
    at += static_cast<std::uint32_t>(batch->size());
  }
  // The end moves: behind it, another batch will be the one.
  if (at < view.end) Remember(offset, at);
  return at;
}

std::uint32_t Segment::FloorPosition(const SegmentView& view, const SegmentIndex& index,
                                     std::int64_t offset) const {
  const OffsetEntry entry = index.FloorOffset(static_cast<std::uint32_t>(offset - base_offset_));
  if (entry.position >= view.end) return 0;
  // An index that lies must cost time, not answers: the entry has to meet a batch that does not
  // stand behind what is looked for. (Where several batches were appended at once, older brokers
  // enter the last one's offset with the first one's position.)
  auto batch = FrameAt(view, entry.position, base_offset_);
  if (!batch.ok() || batch->last_offset() > base_offset_ + entry.relative_offset) return 0;
  return entry.position;
}

std::optional<BatchView> Segment::BatchOfEntry(const SegmentView& view, const SegmentIndex& index,
                                               std::size_t i) const {
  if (i >= index.offset_entries()) return std::nullopt;
  const OffsetEntry entry = index.OffsetAt(i);
  if (entry.position >= view.end) return std::nullopt;
  auto batch = FrameAt(view, entry.position, base_offset_);
  if (!batch.ok() || batch->last_offset() != base_offset_ + entry.relative_offset) {
    return std::nullopt;
  }
  return *batch;
}

// The first batch that begins at `least_base` or later, ends at `least_last` or later, and has an
// index entry that agrees with it. The index may lie, and its entries go up and down.
std::optional<BatchView> Segment::IndexedBatch(const SegmentView& view, std::int64_t least_base,
                                               std::int64_t least_last) {
  auto index = Index();
  if (!index.ok()) return std::nullopt;
  const std::int64_t from = std::max(least_last, base_offset_) - base_offset_;
  const std::size_t entries = (*index)->offset_entries();
  std::size_t i = (*index)->OffsetEntriesBelow(static_cast<std::uint32_t>(from));
  for (; i < entries; ++i) {
    const auto batch = BatchOfEntry(view, **index, i);
    if (!batch.has_value()) continue;
    if (batch->base_offset() >= least_base && batch->last_offset() >= least_last) return batch;
  }
  return std::nullopt;
}

std::optional<std::int64_t> Segment::ResumeOffset(const SegmentView& view, std::int64_t offset,
                                                  std::int64_t end_offset) {
  auto position = Find(view, offset);
  if (position.ok() && *position < view.end) {
    auto damaged = FrameAt(view, *position, base_offset_);
    // Its length and offsets can be believed when what stands behind it agrees.
    if (damaged.ok() && damaged->next_offset() > offset && damaged->next_offset() <= end_offset) {
      const auto behind = *position + static_cast<std::uint32_t>(damaged->size());
      const std::int64_t next_offset = damaged->next_offset();
      const bool agrees =
          behind < view.end ? FrameAt(view, behind, next_offset).ok() : next_offset == end_offset;
      if (agrees) return next_offset;
    }
  }
  const auto indexed = IndexedBatch(view, offset + 1, offset + 1);
  if (!indexed.has_value() || indexed->next_offset() > end_offset) return std::nullopt;
  return indexed->base_offset();
}

bool Segment::EndsAt(const SegmentView& view, std::uint32_t at, std::int64_t next_offset) const {
  return view.end - at <= kStopperSize && IsStopper({view.data() + at, view.end - at}, next_offset);
}

absl::StatusOr<std::uint32_t> Segment::EndOfBatches() {
  auto view = View();
  if (!view.ok()) return view.status();
  auto index = Index();
  if (!index.ok()) return index.status();
  const std::uint32_t from =
      FloorPosition(*view, **index, base_offset_ + std::numeric_limits<std::int32_t>::max());
  const ScanResult scan = ScanBatches({view->data(), view->end}, from, base_offset_,
                                      ScanDepth::kFrames, [](BatchView, std::uint32_t) {});
  const bool ends = scan.damage.ok() && EndsAt(*view, scan.sound_end, scan.next_offset);
  return ends ? scan.sound_end : view->end;
}

void Segment::Remember(std::int64_t offset, std::uint32_t position) {
  const auto relative = static_cast<std::uint32_t>(offset - base_offset_);
  hints_[relative % kHints].store(Pack(relative, position), std::memory_order_relaxed);
}

void Segment::Prefetch(std::int64_t offset) const {
  const char* const bytes = growing_bytes_.load(std::memory_order_relaxed);
  const auto relative = static_cast<std::uint32_t>(offset - base_offset_);
  const std::uint64_t hint = hints_[relative % kHints].load(std::memory_order_relaxed);
  if (bytes == nullptr || High(hint) != relative) return;
  constexpr std::size_t kLines = 3;  // a small record's
  for (std::size_t i = 0; i < kLines; ++i) {
    base::PrefetchToRead(bytes + Low(hint) + i * kCacheLine);
  }
}

bool Segment::IsVerified(std::uint32_t begin, std::uint32_t end) const {
  if (begin >= written_from_.load(std::memory_order_relaxed)) return true;
  const std::uint64_t verified = verified_.load(std::memory_order_relaxed);
  return begin >= High(verified) && end <= Low(verified);
}

void Segment::MarkVerified(std::uint32_t begin, std::uint32_t end) {
  const std::uint64_t verified = verified_.load(std::memory_order_relaxed);
  const bool touches = begin <= Low(verified) && end >= High(verified);
  const std::uint64_t grown =
      touches ? Pack(std::min(begin, High(verified)), std::max(end, Low(verified)))
              : Pack(begin, end);
  verified_.store(grown, std::memory_order_relaxed);
}

absl::StatusOr<std::shared_ptr<const SegmentIndex>> Segment::Index() {
  {
    base::MutexLock lock(&load_mutex_);
    if (index_ != nullptr) return index_;
    if (!is_retired()) {
      auto stored = OpenStoredIndex(*files_, stem_, end());
      if (stored.ok()) return index_ = *std::move(stored);
    }
  }
  auto view = View();
  if (!view.ok()) return view.status();
  auto rebuilt = RebuildIndex(*view);
  base::MutexLock lock(&load_mutex_);
  if (index_ == nullptr) index_ = std::move(rebuilt);
  return index_;
}

std::shared_ptr<const SegmentIndex> Segment::RebuildIndex(const SegmentView& view) const {
  auto rebuilt = std::make_shared<GrowingIndex>();
  IndexBuilder builder(rebuilt.get(), base_offset_);
  constexpr std::int64_t kInterval = 4096;
  ScanBatches({view.data(), view.end}, 0, base_offset_, ScanDepth::kFrames,
              [&](BatchView batch, std::uint32_t position) {
                builder.Add(batch.last_offset(), batch.max_timestamp_ms(), position,
                            static_cast<std::uint32_t>(batch.size()), kInterval);
              });
  builder.Finish();
  return rebuilt;
}

void Segment::Hold(std::shared_ptr<const io::Mapping> mapping,
                   std::shared_ptr<const SegmentIndex> index, AbortedTransactions aborted) {
  base::MutexLock lock(&load_mutex_);
  mapping_ = std::move(mapping);
  index_ = std::move(index);
  aborted_ = std::move(aborted);
  held_ = true;
}

void Segment::Release() {
  base::MutexLock lock(&load_mutex_);
  held_ = false;
}

// Under the lock under which files are opened: whoever is at it has opened this segment's own.
void Segment::Retire() {
  base::MutexLock lock(&load_mutex_);
  retired_.store(true, std::memory_order_release);
}

absl::StatusOr<AbortedTransactions> Segment::Aborted() {
  base::MutexLock lock(&load_mutex_);
  if (aborted_ != nullptr) return aborted_;
  if (is_retired()) return TookItsPlace();
  auto loaded = LoadTransactionIndex(*files_, stem_ + kTransactionIndexSuffix);
  if (!loaded.ok()) return loaded.status();
  aborted_ = std::make_shared<const std::vector<CompletedTransaction>>(*std::move(loaded));
  return aborted_;
}

absl::StatusOr<std::int64_t> Segment::FirstTimestamp() {
  const std::int64_t known_ms = first_timestamp_ms_.load(std::memory_order_relaxed);
  if (known_ms != kNoTimestamp || end() == 0) return known_ms;
  const bool was_mapped = IsMapped();
  auto view = View();
  if (!view.ok()) return view.status();
  const auto first = FrameAt(*view, 0, base_offset_);
  if (!first.ok()) return first.status();
  const std::int64_t first_ms = first->max_timestamp_ms();
  first_timestamp_ms_.store(first_ms, std::memory_order_relaxed);
  *view = SegmentView();
  if (!was_mapped) Unload();
  return first_ms;
}

absl::StatusOr<std::int64_t> Segment::LargestTimestamp() {
  std::uint32_t writers = 0;
  bool was_loaded = false;
  {
    base::MutexLock lock(&load_mutex_);
    if (largest_timestamp_known_) return largest_timestamp_ms_;
    writers = writers_;
    was_loaded = mapping_ != nullptr;
  }
  const auto largest_ms = FindLargestTimestamp();
  if (!was_loaded) Unload();
  if (!largest_ms.ok()) return largest_ms;
  base::MutexLock lock(&load_mutex_);
  // What was written meanwhile may be younger.
  largest_timestamp_known_ = writers_ == writers && !growing_;
  return largest_timestamp_ms_ = *largest_ms;
}

// The last time entry of a complete segment is its largest timestamp (IndexBuilder::Finish). What
// it says decides about deletion, so it is not taken on trust.
absl::StatusOr<std::int64_t> Segment::FindLargestTimestamp() {
  auto view = View();
  if (!view.ok()) return view.status();
  auto index = Index();
  if (!index.ok()) return index.status();
  const auto last = (*index)->LastTime();
  if (last.has_value() && Confirms(*view, *last)) return last->timestamp_ms;
  std::int64_t largest_ms = kNoTimestamp;
  ScanBatches({view->data(), view->end}, 0, base_offset_, ScanDepth::kFrames,
              [&](BatchView batch, std::uint32_t) {
                largest_ms = std::max(largest_ms, batch.max_timestamp_ms());
              });
  return largest_ms;
}

bool Segment::CanGoOnWith(const SegmentView& view, const SegmentIndex& index) {
  const std::size_t count = index.offset_entries();
  for (std::size_t i = 1; i < count; ++i) {
    const OffsetEntry before = index.OffsetAt(i - 1);
    const OffsetEntry entry = index.OffsetAt(i);
    if (entry.relative_offset <= before.relative_offset || entry.position <= before.position) {
      return false;
    }
  }
  if (count > 0 && !BatchOfEntry(view, index, count - 1).has_value()) return false;
  const auto last_time = index.LastTime();
  return !last_time.has_value() || Confirms(view, *last_time);
}

bool Segment::Confirms(const SegmentView& view, const TimeEntry& entry) {
  const std::int64_t offset = base_offset_ + entry.relative_offset;
  auto position = Find(view, offset);
  if (!position.ok() || *position >= view.end) return false;
  auto batch = FrameAt(view, *position, base_offset_);
  return batch.ok() && batch->base_offset() <= offset &&
         batch->max_timestamp_ms() == entry.timestamp_ms;
}

bool Segment::UnloadIfIdle() {
  if (!viewed_.exchange(false, std::memory_order_relaxed)) Unload();
  base::MutexLock lock(&load_mutex_);
  return !growing_ && (mapping_ != nullptr || index_ != nullptr);
}

bool Segment::IsMapped() const {
  base::MutexLock lock(&load_mutex_);
  return mapping_ != nullptr;
}

void Segment::Unload() {
  base::MutexLock lock(&load_mutex_);
  if (growing_ || held_) return;
  mapping_ = nullptr;
  index_ = nullptr;
}

absl::Status Segment::Damaged(std::uint32_t position, const std::string& what) const {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                   fmt::format("{}: byte {}: {}", log_path(), position, what));
}

}  // namespace rill::log
