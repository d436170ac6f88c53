#include "log/compaction.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "base/random.h"
#include "log/buffer_cap.h"
#include "log/segment_name.h"
#include "record/batch_walker.h"

namespace rill::log {
namespace {

// A look at a batch's header reads a page.
constexpr std::uint64_t kHeaderRead = 4096;

}  // namespace

Compaction::Compaction(const LogEnvironment& environment, CompactionPlan plan)
    : environment_(environment),
      plan_(std::move(plan)),
      begin_offset_(plan_.segments.front()->base_offset()),
      cursor_(plan_.segments, 0, plan_.high_watermark),
      records_(plan_.segments.size()) {}

absl::Status Compaction::Run(std::uint64_t bytes, CleanProgress& progress) {
  while (!is_over() && !ready_ && progress.bytes_read + progress.bytes_written < bytes) {
    if (auto status = Step(progress); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Compaction::Step(CleanProgress& progress) {
  switch (phase_) {
    case Phase::kSurvey:
      return Survey(progress);
    case Phase::kMap:
      return Map(progress);
    case Phase::kRewrite:
      return Rewrite(progress);
    case Phase::kOver:
      break;
  }
  return absl::OkStatus();
}

// A transaction whose marker will not be met must not pass for the one that its producer begins
// next.
std::vector<CompletedTransaction> Compaction::AbortedFrom(std::int64_t offset) const {
  std::vector<CompletedTransaction> ahead;
  for (const CompletedTransaction& transaction : aborted_) {
    if (transaction.last_offset >= offset) ahead.push_back(transaction);
  }
  return ahead;
}

// What the map knows of records that are gone is no mistake: whatever came before those is gone as
// well.
absl::Status Compaction::ForgetBelow(std::int64_t offset) {
  begin_offset_ = offset;
  if (phase_ == Phase::kSurvey) cursor_ = Walk(cursor_.next_offset(), plan_.high_watermark);
  if (phase_ == Phase::kMap && cursor_.next_offset() < offset) {
    cursor_ = Walk(offset, plan_.end_offset);
    transactions_ = CleanedTransactions(AbortedFrom(offset));
  }
  if (phase_ != Phase::kRewrite) return absl::OkStatus();
  const bool has_all = group_begin_ == facts_.size() || facts_[group_begin_].base_offset >= offset;
  if (has_all) return absl::OkStatus();
  if (auto status = RemoveFiles(); !status.ok()) return status;
  TakeReady();
  Rewind();
  return absl::OkStatus();
}

// The batches of what is left of the plan's segments.
BatchCursor Compaction::Walk(std::int64_t from, std::int64_t end) const {
  from = std::max(from, begin_offset_);
  const auto& all = plan_.segments;
  auto first = std::upper_bound(all.begin(), all.end(), from, [](std::int64_t at, const auto& one) {
    return at < one->base_offset();
  });
  if (first != all.begin()) --first;
  return BatchCursor({first, all.end()}, from, end);
}

bool Compaction::IsDirtyData(BatchView batch) const {
  return !batch.is_control() && batch.last_offset() >= plan_.first_dirty_offset;
}

void Compaction::CountRecords(BatchView batch) {
  const auto& all = plan_.segments;
  while (surveyed_ + 1 < all.size() && batch.base_offset() >= all[surveyed_ + 1]->base_offset()) {
    ++surveyed_;
  }
  records_[surveyed_] += static_cast<std::uint64_t>(std::max(batch.record_count(), 0));
}

// Goes on behind the cleanable section as long as transactions of it are not decided: which is
// below the high watermark, as it ends at the last stable offset.
absl::Status Compaction::Survey(CleanProgress& progress) {
  auto batch = cursor_.Next();
  if (!batch.ok()) return batch.status();
  const bool is_behind = batch->has_value() && (*batch)->base_offset() >= plan_.end_offset;
  const bool ends =
      !batch->has_value() || (is_behind && !survey_.HasUndecidedBelow(plan_.end_offset));
  if (ends) return BeginMap();
  progress.bytes_read += std::min<std::uint64_t>((*batch)->size(), kHeaderRead);
  CountRecords(**batch);
  if (!is_behind && IsDirtyData(**batch)) {
    dirty_records_ += static_cast<std::uint64_t>((*batch)->record_count());
  }
  if (auto status = survey_.OnBatch(**batch); !status.ok()) return cursor_.AtBatch(status);
  return absl::OkStatus();
}

absl::Status Compaction::BeginMap() {
  auto map = OffsetMap::Create(plan_.map_bytes, dirty_records_, *environment_.buffers,
                               {base::Random64(), base::Random64()});
  if (!map.ok()) return map.status();
  newest_ = *std::move(map);
  aborted_ = survey_.TakeAborted();
  cursor_ = Walk(plan_.first_dirty_offset, plan_.end_offset);
  transactions_.emplace(AbortedFrom(cursor_.next_offset()));
  phase_ = Phase::kMap;
  return absl::OkStatus();
}

// By its CRC, whoever wrote it: what a damaged record says must not cost another one, and a batch
// that is built anew would hide the damage under a CRC that matches.
absl::Status Compaction::CheckSound(BatchView batch) {
  const auto status = CheckCrc(batch);
  return status.ok() ? status : cursor_.AtBatch(status);
}

absl::Status Compaction::Map(CleanProgress& progress) {
  auto batch = cursor_.Next();
  if (!batch.ok()) return batch.status();
  if (!batch->has_value()) {
    newest_->AdvanceTo(plan_.end_offset - 1);
    BeginRewrite();
    return absl::OkStatus();
  }
  progress.bytes_read += (*batch)->size();
  if (auto status = CheckSound(**batch); !status.ok()) return status;
  if ((*batch)->is_control()) {
    transactions_->OnControl(**batch);
  } else if (!transactions_->OnData(**batch)) {
    const auto has_all = PutRecords(**batch);
    if (!has_all.ok()) return cursor_.AtBatch(has_all.status());
    if (!*has_all) {
      BeginRewrite();
      return absl::OkStatus();
    }
  }
  newest_->AdvanceTo((*batch)->last_offset());
  return absl::OkStatus();
}

// False where the map was full before a record.
absl::StatusOr<bool> Compaction::PutRecords(BatchView batch) {
  const auto cap = BufferCap::Whole(*environment_.buffers);
  const auto records = record::UncompressedRecords(batch, codec_, scratch_, cap.bytes());
  if (!records.ok()) return cap.Named(records.status());
  record::BatchWalker walker(batch, *records);
  while (walker.Next()) {
    const RecordView& record = walker.record();
    if (IsNull(record.key()) || record.offset() < plan_.first_dirty_offset) continue;
    if (newest_->full()) return false;
    newest_->Put(record.key(), record.offset());
  }
  if (auto status = walker.status(); !status.ok()) return status;
  return true;
}

void Compaction::BeginRewrite() {
  filter_.emplace(
      &*newest_, &*transactions_,
      CompactionRules{.now_ms = plan_.now_ms,
                      .delete_retention_ms = plan_.config.delete_retention_ms,
                      .high_watermark = plan_.high_watermark,
                      .producers = plan_.producers,
                      .max_records_size = BufferCap::Whole(*environment_.buffers).bytes()});
  const auto index_size = [&](const Segment& segment, const char* suffix) {
    const auto size = environment_.files->FileSize(segment.stem() + suffix);
    return size.ok() ? *size : 0;
  };
  for (const auto& segment : plan_.segments) {
    if (segment->base_offset() >= end_offset()) break;
    facts_.push_back({segment->base_offset(), segment->end(),
                      index_size(*segment, kOffsetIndexSuffix),
                      index_size(*segment, kTimeIndexSuffix), records_[facts_.size()]});
  }
  Rewind();
  phase_ = Phase::kRewrite;
}

// To the first segment that is left.
void Compaction::Rewind() {
  *transactions_ = CleanedTransactions(AbortedFrom(begin_offset_));
  next_segment_ = 0;
  for (const SegmentFacts& segment : facts_) {
    if (segment.base_offset < begin_offset_) ++next_segment_;
  }
}

absl::Status Compaction::BeginGroup() {
  if (next_segment_ == facts_.size()) {
    phase_ = Phase::kOver;
    return absl::OkStatus();
  }
  const LogConfig& config = plan_.config;
  const std::size_t count =
      GroupSize(std::span(facts_).subspan(next_segment_), plan_.end_offset,
                {.segment_bytes = static_cast<std::uint64_t>(config.segment_bytes),
                 .index_bytes = static_cast<std::uint64_t>(config.segment_index_bytes)});
  const auto first = plan_.segments.begin() + static_cast<std::ptrdiff_t>(next_segment_);
  group_begin_ = next_segment_;
  group_.segments.assign(first, first + static_cast<std::ptrdiff_t>(count));
  const Segment& head = **first;
  auto cleaned = CleanedSegment::Create(environment_.files, head.stem(), head.base_offset(),
                                        config.index_interval_bytes);
  if (!cleaned.ok()) return cleaned.status();
  group_.cleaned = *std::move(cleaned);
  next_segment_ += count;
  cursor_ = BatchCursor(group_.segments, head.base_offset(), INT64_MAX);
  return absl::OkStatus();
}

absl::Status Compaction::Rewrite(CleanProgress& progress) {
  if (group_.cleaned == nullptr) return BeginGroup();
  auto batch = cursor_.Next();
  if (!batch.ok()) return batch.status();
  if (!batch->has_value()) {
    auto status = group_.cleaned->Finish();
    ready_ = status.ok();
    return status;
  }
  progress.bytes_read += (*batch)->size();
  if (auto status = CheckSound(**batch); !status.ok()) return status;
  progress.records_read += static_cast<std::uint64_t>((*batch)->record_count());
  const auto kept = filter_->Filter(**batch);
  if (!kept.ok()) {
    const auto cap = BufferCap::Whole(*environment_.buffers);
    return cursor_.AtBatch(cap.Named(kept.status()));
  }
  if (kept->aborted.has_value()) group_.cleaned->AddAborted(*kept->aborted);
  if (kept->bytes.empty()) return absl::OkStatus();
  const BatchView left(kept->bytes.data());
  progress.bytes_written += left.size();
  progress.records_kept += static_cast<std::uint64_t>(left.record_count());
  return group_.cleaned->Append(left);
}

Compaction::Group Compaction::TakeReady() {
  ready_ = false;
  cursor_ = BatchCursor();
  return std::exchange(group_, Group());
}

}  // namespace rill::log
