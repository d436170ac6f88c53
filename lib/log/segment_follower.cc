#include "log/segment_follower.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "rill/error.h"

namespace rill::log {

SegmentFollower::SegmentFollower(io::FileSystem* files, std::shared_ptr<Segment> segment)
    : files_(files),
      segment_(std::move(segment)),
      next_offset_(segment_->base_offset()),
      index_(std::make_shared<GrowingIndex>()),
      builder_(index_.get(), segment_->base_offset()) {}

absl::Status SegmentFollower::Follow(std::int64_t offset) {
  if (next_offset_ >= offset) return absl::OkStatus();
  auto view = Map();
  if (!view.ok()) return view.status();
  if (!std::exchange(has_begun_, true)) BeginBehindIndex(*view);
  auto status = Walk(*view, offset);
  Show(*view);
  return status;
}

absl::StatusOr<SegmentView> SegmentFollower::Map() {
  const auto size = files_->FileSize(segment_->log_path());
  if (!size.ok()) return size.status();
  const std::uint64_t length = std::min(*size, kMaxSegmentFileSize);
  if (length == 0) return SegmentView();
  if (mapping_ == nullptr || mapping_->size() < length) {
    auto file = files_->Open(segment_->log_path(), io::OpenMode::kRead);
    if (!file.ok()) return file.status();
    auto mapping = (*file)->Map(length, io::MapMode::kRead);
    if (!mapping.ok()) return mapping.status();
    mapping_ = *std::move(mapping);
  }
  return SegmentView{mapping_, static_cast<std::uint32_t>(length)};
}

void SegmentFollower::BeginBehindIndex(const SegmentView& view) {
  if (view.mapping == nullptr) return;
  const auto stored = OpenStoredIndex(*files_, segment_->stem(), view.end);
  if (!stored.ok() || !segment_->CanGoOnWith(view, **stored)) return;
  const std::size_t count = (*stored)->offset_entries();
  const auto last = count > 0 ? segment_->BatchOfEntry(view, **stored, count - 1) : std::nullopt;
  if (!last.has_value()) return;
  index_ = std::make_shared<GrowingIndex>(**stored);
  builder_ = IndexBuilder(index_.get(), segment_->base_offset());
  position_ = static_cast<std::uint32_t>(last->data() - view.data());
  next_offset_ = last->base_offset();
}

absl::Status SegmentFollower::Walk(const SegmentView& view, std::int64_t offset) {
  while (next_offset_ < offset) {
    const auto batch = position_ < view.end
                           ? segment_->FrameAt(view, position_, next_offset_)
                           : MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                                       "the file ends here");
    if (!batch.ok() || batch->next_offset() > offset) {
      return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                       fmt::format("{}: byte {}: the log should have records up to offset {}, and "
                                   "is followed to {}{}{}",
                                   segment_->log_path(), position_, offset, next_offset_,
                                   batch.ok() ? "" : ": ", std::string(batch.status().message())));
    }
    builder_.Add(batch->last_offset(), batch->max_timestamp_ms(), position_,
                 static_cast<std::uint32_t>(batch->size()), kIndexInterval);
    next_offset_ = batch->next_offset();
    position_ += static_cast<std::uint32_t>(batch->size());
  }
  return absl::OkStatus();
}

// A reader that sees the new end finds a mapping that reaches there: it looks for one later.
void SegmentFollower::Show(const SegmentView& view) {
  base::MutexLock lock(&segment_->load_mutex_);
  segment_->mapping_ = view.mapping;
  segment_->index_ = index_;
  segment_->growing_ = true;
  segment_->end_.store(position_, std::memory_order_release);
}

void SegmentFollower::Release() {
  mapping_ = nullptr;
  base::MutexLock lock(&segment_->load_mutex_);
  segment_->growing_ = false;
  segment_->mapping_ = nullptr;
  segment_->index_ = nullptr;
}

}  // namespace rill::log
