#include "log/log_checker.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "fmt/format.h"
#include "log/recovery_rules.h"
#include "log/segment_name.h"
#include "record/batch_walker.h"

namespace rill::log {
namespace {

constexpr std::size_t kProgressStep = std::size_t{1} << 20;

// The epochs of the folder, where there are any to go by. The file is not synced when it changes,
// and after a crash the next open makes it anew from the batches.
std::optional<LeaderEpochs> ReadEpochs(const LogCheckOptions& options, const LogFolder& folder,
                                       FolderFindings* findings) {
  const Finding::Kind kind =
      options.checkpoint.clean_shutdown ? Finding::Kind::kDamage : Finding::Kind::kNote;
  auto epochs =
      LeaderEpochs::Load(*options.files, options.directory + "/" + kLeaderEpochCheckpoint);
  if (!epochs.ok()) {
    findings->TellError(kLeaderEpochCheckpoint, epochs.status(), kind);
    return std::nullopt;
  }
  if (!epochs->entries().empty()) return *std::move(epochs);
  const bool has_batches = std::any_of(folder.segments.begin(), folder.segments.end(),
                                       [](const auto& segment) { return segment.second > 0; });
  if (has_batches) {
    findings->Tell(kind, kLeaderEpochCheckpoint, std::nullopt,
                   folder.has_epochs ? "has no epochs" : "is missing");
  }
  return std::nullopt;
}

std::int64_t FirstOffset(const LogFolder& folder) {
  return folder.segments.empty() ? 0 : folder.segments.begin()->first;
}

ProducerCheck::Setting ProducerSetting(const LogCheckOptions& options, const LogFolder& folder) {
  const LogCheckpoint& checkpoint = options.checkpoint;
  return {.files = options.files,
          .directory = options.directory,
          .name = options.name,
          .may_have_gaps = options.may_have_gaps,
          .has_whole_past = FirstOffset(folder) == 0 && checkpoint.log_start_offset == 0,
          .first_offset = FirstOffset(folder),
          .snapshots = folder.snapshots,
          .trusted_end = checkpoint.clean_shutdown ? INT64_MAX : checkpoint.recovery_point};
}

}  // namespace

LogChecker::LogChecker(const LogCheckOptions& options, LogFolder folder, FolderFindings* findings)
    : options_(options),
      folder_(std::move(folder)),
      findings_(findings),
      epochs_(ReadEpochs(options, folder_, findings), options.checkpoint.log_start_offset,
              findings),
      producers_(ProducerSetting(options, folder_), findings),
      next_offset_(FirstOffset(folder_)) {}

LogCheckResult LogChecker::Run() {
  for (auto at = folder_.segments.begin(); at != folder_.segments.end(); ++at) {
    if (options_.stop && options_.stop()) return {.has_sound_batches = false};
    const auto next = std::next(at);
    CheckSegment(at->first, at->second, next == folder_.segments.end() ? INT64_MAX : next->first);
  }
  const std::int64_t start = options_.checkpoint.log_start_offset;
  if (folder_.segments.empty()) next_offset_ = start;
  result_.log_end_offset = next_offset_;
  result_.log_start_offset = std::max(start, FirstOffset(folder_));
  epochs_.Finish(result_.log_start_offset, next_offset_, KindBehindEnd());
  producers_.Finish(next_offset_, KindBehindEnd());
  result_.bad_snapshots = producers_.bad_snapshots();
  return std::move(result_);
}

// After a crash the log may end before the files that were made for what it has lost.
Finding::Kind LogChecker::KindBehindEnd() const {
  return options_.checkpoint.clean_shutdown ? Finding::Kind::kDamage : Finding::Kind::kNote;
}

Finding::Kind LogChecker::KindAt(const Stretch& at, std::int64_t offset) const {
  const bool may_be_torn = at.is_recovered && offset >= options_.checkpoint.recovery_point;
  return may_be_torn ? Finding::Kind::kCut : Finding::Kind::kDamage;
}

// As LogLoader::NeedsRecovery.
bool LogChecker::NeedsRecovery(std::int64_t base_offset, std::int64_t next_base_offset) const {
  if (options_.checkpoint.clean_shutdown) return false;
  if (MayBeTorn(options_.checkpoint, next_base_offset)) return true;
  const auto exists =
      options_.files->Exists(SegmentStem(options_.directory, base_offset) + kOffsetIndexSuffix);
  return exists.ok() && !*exists;
}

void LogChecker::CheckSegment(std::int64_t base_offset, std::uint64_t size,
                              std::int64_t next_base_offset) {
  const std::string stem = SegmentStem(options_.directory, base_offset);
  const std::string file = stem.substr(stem.rfind('/') + 1) + kLogSuffix;
  recovers_ = recovers_ || NeedsRecovery(base_offset, next_base_offset);
  progress_ = 0;
  if (!BeginSegment(base_offset, file)) return;
  Segment segment(options_.files, stem, base_offset, static_cast<std::uint32_t>(size));
  auto view = segment.View();
  if (!view.ok()) {
    findings_->TellError(file, view.status());
    result_.has_sound_batches = false;
    skipped_ = true;
    producers_.Skip();
    return;
  }
  const Finding::Kind kind = recovers_ ? Finding::Kind::kNote : Finding::Kind::kDamage;
  IndexFileCheck offsets(*options_.files, stem, IndexFile::kOffsets, base_offset, size, kind,
                         findings_);
  IndexFileCheck times(*options_.files, stem, IndexFile::kTimes, base_offset, size, kind,
                       findings_);
  Stretch at{&segment, file, *view, next_base_offset, recovers_, &offsets, &times};
  Scan(at);
  CheckIndexes(at, base_offset);
  producers_.FinishSegment(stem, folder_.transaction_indexes.contains(base_offset), kind);
  Progress(at.view.end);
}

// Whether the segment belongs to the log.
bool LogChecker::BeginSegment(std::int64_t base_offset, const std::string& file) {
  const bool overlaps = base_offset < next_offset_;
  if (ended_ || (overlaps && recovers_)) {
    ended_ = true;
    const Finding::Kind kind = base_offset >= options_.checkpoint.recovery_point
                                   ? Finding::Kind::kCut
                                   : Finding::Kind::kDamage;
    findings_->Tell(kind, file, 0,
                    fmt::format("stands behind the end of the log at offset {}; the next open "
                                "drops it",
                                next_offset_));
    result_.has_sound_batches = false;
    return false;
  }
  if (overlaps) {
    findings_->Tell(Finding::Kind::kDamage, file, 0,
                    fmt::format("begins at offset {}, and the segment before it ends at {}",
                                base_offset, next_offset_));
    result_.has_sound_batches = false;
  }
  const bool is_below_start = base_offset <= options_.checkpoint.log_start_offset;
  if (base_offset > next_offset_ && !skipped_ && !options_.may_have_gaps && !is_below_start) {
    findings_->Tell(
        Finding::Kind::kDamage, file, 0,
        fmt::format("offsets {} to {} are missing before it", next_offset_, base_offset - 1));
    result_.has_sound_batches = false;
    producers_.Skip();
  }
  next_offset_ = base_offset;
  return true;
}

void LogChecker::Scan(Stretch& at) {
  ScanResult scan{0, next_offset_, absl::OkStatus()};
  for (;;) {
    scan = ScanBatches(
        {at.view.data(), at.view.end}, scan.sound_end, scan.next_offset, ScanDepth::kValidate,
        [&](BatchView batch, std::uint32_t position) { Visit(at, batch, position); },
        at.next_base_offset, options_.max_records_bytes);
    next_offset_ = scan.next_offset;
    result_.last_base_offset = at.segment->base_offset();
    result_.last_sound_end = scan.sound_end;
    if (scan.damage.ok()) break;
    at.is_sound = result_.has_sound_batches = false;
    const auto behind = Resume(at, scan);
    TellUnsound(at, scan, behind);
    skipped_ = true;
    producers_.Skip();
    const std::int64_t offset =
        behind ? BatchView(at.view.data() + *behind).base_offset() : INT64_MAX;
    at.offsets->Skip(behind.value_or(at.view.end), offset);
    at.times->Skip(behind.value_or(at.view.end), offset);
    if (!behind) return;
    scan = {*behind, offset, absl::OkStatus()};
  }
  CheckTail(at, scan);
}

// What recovery cuts off is not looked into: it ends the log there.
std::optional<std::uint32_t> LogChecker::Resume(Stretch& at, const ScanResult& scan) {
  if (at.is_recovered) return std::nullopt;
  const auto offset = at.segment->ResumeOffset(at.view, scan.next_offset, at.next_base_offset);
  if (!offset) return std::nullopt;
  const auto position = at.segment->Find(at.view, *offset);
  if (!position.ok() || *position <= scan.sound_end) return std::nullopt;
  if (at.view.end - *position < kBatchHeaderSize) return std::nullopt;
  return *position;
}

void LogChecker::TellUnsound(Stretch& at, const ScanResult& scan,
                             std::optional<std::uint32_t> behind) {
  std::string what(scan.damage.message());
  const std::uint32_t rest = at.view.end - scan.sound_end;
  if (behind) {
    what += fmt::format("; what follows can be read from byte {} on", *behind);
  } else if (at.is_recovered) {
    what += fmt::format("; the next open cuts the log here, at offset {}: {} bytes",
                        scan.next_offset, rest);
  } else {
    what += fmt::format("; nothing in the {} bytes from here on can be followed", rest);
  }
  const bool is_damage = absl::IsDataLoss(scan.damage) || absl::IsOutOfRange(scan.damage);
  ended_ = at.is_recovered && is_damage;
  findings_->Tell(is_damage ? KindAt(at, scan.next_offset) : Finding::Kind::kUnread, at.file,
                  scan.sound_end, std::move(what));
}

void LogChecker::Visit(Stretch& at, BatchView batch, std::uint32_t position) {
  CheckGap(at, batch, position);
  epochs_.Batch(batch, at.file, position);
  producers_.Batch(batch, at.file, position);
  at.offsets->Batch(batch, position);
  at.times->Batch(batch, position);
  if (options_.check_record && !batch.is_control()) CheckRecords(at, batch, position);
  ++result_.batches;
  result_.records += static_cast<std::uint64_t>(batch.record_count());
  result_.bytes += batch.size();
  if (position - progress_ > kProgressStep) Progress(position);
}

void LogChecker::CheckGap(Stretch& at, BatchView batch, std::uint32_t position) {
  const bool is_below_start = batch.next_offset() <= options_.checkpoint.log_start_offset;
  if (!options_.may_have_gaps && !is_below_start) {
    const bool has_gap_inside = batch.record_count() != batch.last_offset_delta() + 1;
    if (batch.base_offset() > next_offset_ && !skipped_) {
      findings_->Tell(Finding::Kind::kDamage, at.file, position,
                      fmt::format("offsets {} to {} are missing before the batch", next_offset_,
                                  batch.base_offset() - 1));
    } else if (has_gap_inside) {
      findings_->Tell(Finding::Kind::kDamage, at.file, position,
                      fmt::format("the batch has {} records for the offsets {} to {}",
                                  batch.record_count(), batch.base_offset(), batch.last_offset()));
    }
    const bool is_gap = (batch.base_offset() > next_offset_ && !skipped_) || has_gap_inside;
    if (is_gap) result_.has_sound_batches = at.is_sound = false;
  }
  skipped_ = false;
  next_offset_ = batch.next_offset();
}

void LogChecker::CheckRecords(Stretch& at, BatchView batch, std::uint32_t position) {
  const auto records =
      record::UncompressedRecords(batch, codec_, scratch_, options_.max_records_bytes);
  if (!records.ok()) return;  // validated just now: memory is short, which tells of itself
  record::BatchWalker walker(batch, *records);
  while (walker.Next()) {
    const auto sound = options_.check_record(walker.record());
    if (sound.ok()) continue;
    findings_->Tell(Finding::Kind::kDamage, at.file, position,
                    fmt::format("the record at offset {}: {}", walker.record().offset(),
                                std::string(sound.message())));
  }
}

// What stands behind the last batch of a segment.
void LogChecker::CheckTail(Stretch& at, const ScanResult& scan) {
  const std::uint32_t rest = at.view.end - scan.sound_end;
  const bool is_last = at.next_base_offset == INT64_MAX;
  if (at.is_recovered) {
    const bool lost = LostItsEnd({.next_offset = scan.next_offset,
                                  .next_base_offset = at.next_base_offset,
                                  .has_more_bytes = rest > 0,
                                  .is_complete = at.offsets->is_there()},
                                 options_.checkpoint);
    if (!is_last && lost) {
      ended_ = true;
      result_.has_sound_batches = false;
      findings_->Tell(KindAt(at, scan.next_offset), at.file, scan.sound_end,
                      fmt::format("the log ends here, at offset {}, though the next segment begins "
                                  "at {}; the next open drops what is behind",
                                  scan.next_offset, at.next_base_offset));
    } else if (rest > 0) {
      findings_->Tell(Finding::Kind::kNote, at.file, scan.sound_end,
                      fmt::format("{} bytes behind the last batch are the reserve of a writer that "
                                  "did not close the log; the next open cuts them off",
                                  rest));
    }
    return;
  }
  if (rest == 0) return;
  if (!is_last && at.segment->EndsAt(at.view, scan.sound_end, scan.next_offset)) {
    findings_->Tell(Finding::Kind::kNote, at.file, scan.sound_end,
                    "the stopper of a writer still stands behind the last batch");
    return;
  }
  at.is_sound = false;
  result_.has_sound_batches = false;
  findings_->Tell(Finding::Kind::kDamage, at.file, scan.sound_end,
                  fmt::format("{} bytes behind the last batch are no batch", rest));
}

void LogChecker::CheckIndexes(Stretch& at, std::int64_t base_offset) {
  at.offsets->Finish(/*is_complete=*/!at.is_recovered);
  at.times->Finish(/*is_complete=*/!at.is_recovered);
  bool is_bad = at.offsets->is_wrong() || at.times->is_wrong();
  const bool is_last = at.next_base_offset == INT64_MAX;
  for (const auto& [index, suffix] :
       {std::pair{at.offsets, kOffsetIndexSuffix}, std::pair{at.times, kTimeIndexSuffix}}) {
    if (index->is_there() || (at.view.end == 0 && is_last)) continue;
    is_bad = true;
    std::string file = at.file;
    file.replace(file.size() - (sizeof kLogSuffix - 1), std::string::npos, suffix);
    const bool is_made_anew = at.is_recovered || is_last;
    findings_->Tell(is_made_anew ? Finding::Kind::kNote : Finding::Kind::kDamage, file,
                    std::nullopt, "is missing; it can be made anew from the .log");
  }
  if (is_bad && at.is_sound && !at.is_recovered) result_.bad_indexes.push_back(base_offset);
}

void LogChecker::Progress(std::uint32_t position) {
  if (options_.progress && position > progress_) options_.progress(position - progress_);
  progress_ = position;
}

}  // namespace rill::log
