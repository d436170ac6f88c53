#include "log/batch_cursor.h"

#include <algorithm>
#include <string>

#include "fmt/format.h"
#include "rill/error.h"

namespace rill::log {

absl::StatusOr<std::optional<BatchView>> BatchCursor::Next() {
  while (at_segment_ < segments_.size()) {
    Segment& segment = *segments_[at_segment_];
    if (visit_ == nullptr) {
      if (segment.base_offset() >= end_) return std::nullopt;
      if (auto status = Enter(); !status.ok()) return status;
    }
    const SegmentView& view = visit_->view;
    if (position_ >= view.end || segment.EndsAt(view, position_, at_least_)) {
      visit_ = nullptr;
      ++at_segment_;
      continue;
    }
    const auto batch = segment.FrameAt(view, position_, at_least_);
    if (!batch.ok()) return batch.status();
    if (batch->base_offset() >= end_) return std::nullopt;
    last_position_ = position_;
    position_ += static_cast<std::uint32_t>(batch->size());
    at_least_ = batch->next_offset();
    return *batch;
  }
  return std::nullopt;
}

absl::Status BatchCursor::Enter() {
  Segment& segment = *segments_[at_segment_];
  auto visit = std::make_unique<Visit>(segment);
  auto view = segment.View();
  if (!view.ok()) return view.status();
  auto position = segment.Find(*view, from_);
  if (!position.ok()) return position.status();
  visit->view = *std::move(view);
  visit_ = std::move(visit);
  position_ = *position;
  at_least_ = segment.base_offset();
  return absl::OkStatus();
}

absl::Status BatchCursor::AtBatch(const absl::Status& status) const {
  return MakeError(status.code(), GetErrorCode(status),
                   fmt::format("{}: byte {}: {}", segments_[at_segment_]->log_path(),
                               last_position_, std::string(status.message())));
}

}  // namespace rill::log
