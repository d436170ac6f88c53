#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "io/small_file.h"
#include "log/segment_name.h"
#include "log/segmented_log.h"
#include "rill/error.h"

namespace rill::log {
namespace {

// Deleting less of a segment is not worth making another one.
constexpr std::uint64_t kWorthARoll = std::uint64_t{64} << 10;

}  // namespace

absl::StatusOr<std::int64_t> SegmentedLog::DeleteRecordsBefore(std::int64_t offset) {
  absl::MutexLock lock(&maintenance_mutex_);
  const auto policy = config();
  if (closed_.load()) return WhyClosed();
  if (!policy->cleanup_delete) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, ErrorCode::kInvalidRequest,
        fmt::format("{}: records are deleted only where cleanup.policy has \"delete\"", name_));
  }
  if (offset < 0 || offset > high_watermark()) {
    return MakeError(absl::StatusCode::kOutOfRange, ErrorCode::kOffsetOutOfRange,
                     fmt::format("{}: cannot delete up to offset {}: the log has {} to {}", name_,
                                 offset, log_start_offset(), high_watermark()));
  }
  RollBeforeDeletion(offset);
  if (auto status = DeleteSegmentsBelow(offset); !status.ok()) return status;
  RemoveDoomedFiles(NowMs());
  return log_start_offset();
}

// Whole segments go, and the last one is never whole before it is rolled: it would hold on to what
// it has, under a cap for good.
void SegmentedLog::RollBeforeDeletion(std::int64_t offset) {
  base::MutexLock lock(&append_mutex_);
  if (offset < log_end_offset() || segments_.Last()->end() < kWorthARoll) return;
  auto status = BecomeWritable();
  if (status.ok()) status = Roll(RollFor::kDeletion);
  if (!status.ok()) {
    Say(LogLevel::kError, fmt::format("{}: {}", name_, status.ToString()));
  }
}

// Moves the log start, then takes the segments below it off the list; readers that are in one of
// them keep its mapping. Their files are renamed at once, so that a restart does not bring them
// back, and removed after file.delete.delay.ms: at once where nobody else can be reading them. On
// an error nothing has changed.
absl::Status SegmentedLog::DeleteSegmentsBelow(std::int64_t offset) {
  if (auto kept = KeepProducers(std::max(offset, log_start_offset())); !kept.ok()) return kept;
  if (offset > log_start_offset()) {
    log_start_offset_.store(offset);
    WithPublisher([&](EndPublisher& publisher) { publisher.SetLogStart(offset); });
  }
  std::int64_t end = log_start_offset();
  // Whose files are about to change their names is deleted later.
  if (swap_ != nullptr) end = std::min(end, swap_->fresh()->base_offset());
  const auto taken = segments_.TakeBelow(end);
  for (const auto& segment : taken) {
    bool stays = false;
    for (const char* suffix : {kLogSuffix, kOffsetIndexSuffix, kTimeIndexSuffix,
                               kTransactionIndexSuffix, kSnapshotSuffix}) {
      const std::string path = segment->stem() + suffix;
      auto status = environment_.files->Rename(path, path + kDeletedSuffix);
      if (status.ok()) Doom(path + kDeletedSuffix);
      if (status.ok() || absl::IsNotFound(status)) continue;
      Say(LogLevel::kError,
          fmt::format("{}: a segment below the log start stays: {}", name_, status.ToString()));
      stays = true;  // and its index files, without which it would seem unfinished
      break;
    }
    if (stays) continue;
    metrics_->deleted_segments.Add(1);
    metrics_->deleted_bytes.Add(segment->end());
    Say(LogLevel::kInfo, fmt::format("{}: segment {} is deleted, {} bytes", name_,
                                     segment->base_offset(), segment->end()));
  }
  {
    // Those that were not sealed yet need not be any more. Not before they have their new names,
    // which the next flush has to make last: a power cut that brought one back, never flushed,
    // would cost all that stand behind it.
    base::MutexLock lock(&append_mutex_);
    std::erase_if(rolled_, [&](const std::unique_ptr<SegmentWriter>& writer) {
      return std::find(taken.begin(), taken.end(), writer->segment()) != taken.end();
    });
    unsealed_.store(rolled_.size());
    ForgetSnapshotsBelow(log_start_offset());
    if (!taken.empty()) ++folder_changes_;
  }
  if (auto status = TruncateEpochs(/*sync=*/false); !status.ok()) {
    Say(LogLevel::kError, fmt::format("{}: {}", name_, status.ToString()));
  }
  return absl::OkStatus();
}

// What the segments below `offset` say of producers, nobody says any more once they are deleted,
// but a snapshot: one that is still there after a power cut. Without room or a descriptor for one
// they go all the same, for nothing else would make room.
absl::Status SegmentedLog::KeepProducers(std::int64_t offset) {
  SaveOwedSnapshots();
  const auto second = segments_.After(segments_.First()->base_offset());
  if (second == nullptr || second->base_offset() > offset) return absl::OkStatus();
  {
    base::MutexLock lock(&append_mutex_);
    if (durable_snapshot_ >= offset || producers_.producer_count() == 0) return absl::OkStatus();
  }
  const auto status = SyncSnapshot(offset);
  if (!absl::IsResourceExhausted(status)) return status;
  Say(LogLevel::kWarning,
      fmt::format("{}: segments are deleted before it is sure that a power cut would leave what "
                  "they say of producers: {}",
                  name_, status.ToString()));
  return absl::OkStatus();
}

// The youngest that serves: one behind which a power cut would end the log serves nobody, but where
// the log begins. It is written anew, for a sync that failed once may have lost what it was to
// save.
absl::Status SegmentedLog::SyncSnapshot(std::int64_t offset) {
  std::int64_t best = -1;
  for (const auto& segment : segments_.All()) {
    const std::int64_t base = segment->base_offset();
    const bool serves = base == offset || (base > offset && base <= recovery_point());
    if (serves) best = base;
  }
  const auto synced = best < 0 ? false : SyncSnapshotAt(best);
  if (!synced.ok()) return synced.status();
  if (!*synced) return SnapshotPresent();
  durable_snapshot_ = best;
  return absl::OkStatus();
}

absl::StatusOr<bool> SegmentedLog::SyncSnapshotAt(std::int64_t base_offset) {
  ProducerState stored(name_);
  if (!stored.LoadSnapshot(*environment_.files, directory_, base_offset).ok()) return false;
  auto status = stored.SaveSnapshot(*environment_.files, directory_, true);
  if (!status.ok()) return status;
  return true;
}

bool SegmentedLog::IsBase(std::int64_t offset) const {
  const auto segments = segments_.All();
  return std::any_of(segments.begin(), segments.end(),
                     [offset](const auto& segment) { return segment->base_offset() == offset; });
}

// As a close leaves one, with all that it speaks of flushed. The one before it serves no longer.
absl::Status SegmentedLog::SnapshotPresent() {
  Snapshot present;
  {
    base::MutexLock lock(&append_mutex_);
    producers_.AdvanceTo(log_end_offset());
    present = {log_end_offset(), producers_.FormatSnapshot()};
  }
  if (auto status = FlushUpTo(present.offset); !status.ok()) return status;
  const auto path = [this](std::int64_t offset) {
    return directory_ + "/" + ProducerSnapshotName(offset);
  };
  auto status = io::ReplaceSmallFile(*environment_.files, path(present.offset), present.bytes);
  if (!status.ok()) return status;
  durable_snapshot_ = present.offset;
  const std::int64_t former = std::exchange(snapshot_of_deletion_, present.offset);
  const bool is_useless = former >= 0 && former != present.offset && !IsBase(former);
  if (is_useless) environment_.files->Remove(path(former)).IgnoreError();  // or the next open does
  return absl::OkStatus();
}

// Where none of those is left that could not be written, one of the present takes their place.
void SegmentedLog::ForgetSnapshotsBelow(std::int64_t offset) {
  if (owed_snapshots_.empty()) return;
  std::erase_if(owed_snapshots_,
                [&](const Snapshot& snapshot) { return snapshot.offset < offset; });
  if (!owed_snapshots_.empty()) return;
  producers_.AdvanceTo(log_end_offset());
  owed_snapshots_.push_back({log_end_offset(), producers_.FormatSnapshot()});
}

absl::Status SegmentedLog::TruncateEpochs(bool sync) {
  LeaderEpochs epochs;  // written without the lock: appends go on
  {
    base::MutexLock lock(&append_mutex_);
    if (!state_.ok()) return absl::OkStatus();
    owes_epochs_ |= epochs_.TruncateFromStart(log_start_offset());
    if (!owes_epochs_ && !(sync && owes_epochs_sync_)) return absl::OkStatus();
    epochs = epochs_;
  }
  auto status = epochs.Save(*environment_.files, directory_ + "/" + kLeaderEpochCheckpoint, sync);
  base::MutexLock lock(&append_mutex_);
  owes_epochs_ = !status.ok();
  owes_epochs_sync_ = owes_epochs_ || !sync;
  return status;
}

void SegmentedLog::ApplyRetention(std::int64_t now_ms) {
  const auto policy = config();
  const std::int64_t target =
      policy->cleanup_delete
          ? std::max(TimeRetentionTarget(*policy, now_ms), SizeRetentionTarget(*policy))
          : 0;
  const std::int64_t start = log_start_offset();
  // The log start may have passed segments already: a power cut can undo their deletion.
  const auto second = segments_.After(segments_.First()->base_offset());
  const bool has_some_below = second != nullptr && second->base_offset() <= start;
  if (target <= start && !has_some_below) return;
  if (auto status = DeleteSegmentsBelow(std::max(target, start)); !status.ok()) {
    Say(LogLevel::kError, fmt::format("{}: nothing is deleted: {}", name_, status.ToString()));
  }
}

// The offset up to which whole segments have only records older than retention.ms. A last segment
// that is too old in whole is rolled first, as Kafka does.
std::int64_t SegmentedLog::TimeRetentionTarget(const LogConfig& config, std::int64_t now_ms) {
  // Records without a time are as old as nobody knows: they go by size alone.
  const auto expired = [&](std::int64_t youngest_ms) {
    return youngest_ms >= 0 && youngest_ms < Before(now_ms, config.retention_ms);
  };
  if (config.retention_ms < 0) return 0;
  std::int64_t target = 0;
  for (const auto& segment : segments_.All()) {
    const auto next = segments_.After(segment->base_offset());
    if (next == nullptr) return RollIfExpired(*segment, expired).value_or(target);
    // What was compacted away altogether must not keep what stands behind it.
    const bool is_empty = segment->end() == 0;
    auto youngest = segment->LargestTimestamp();
    if (!is_empty && (!youngest.ok() || !expired(*youngest))) return target;
    if (next->base_offset() > high_watermark()) return target;
    target = next->base_offset();
  }
  return target;
}

std::optional<std::int64_t> SegmentedLog::RollIfExpired(
    Segment& last, const std::function<bool(std::int64_t)>& is_expired) {
  std::int64_t youngest_ms = kNoTimestamp;
  if (IsResting()) {
    const auto largest = last.LargestTimestamp();
    if (!largest.ok() || !is_expired(*largest)) return std::nullopt;
    youngest_ms = *largest;
  }
  base::MutexLock lock(&append_mutex_);
  // Appends may have made another one the last, or this one younger, until now.
  if (writer_ != nullptr) youngest_ms = writer_->max_timestamp_ms();
  const bool is_due = state_.ok() && segments_.Last().get() == &last && last.end() > 0 &&
                      is_expired(youngest_ms) && log_end_offset() <= high_watermark();
  if (!is_due || !BecomeWritable().ok()) return std::nullopt;
  // Not asked for afterwards: as soon as the lock is let go, what is young may be appended.
  const std::int64_t base_offset = log_end_offset();
  if (!Roll(RollFor::kDeletion).ok()) return std::nullopt;
  return base_offset;
}

std::int64_t SegmentedLog::SizeRetentionTarget(const LogConfig& config) {
  if (config.retention_bytes < 0) return 0;
  const auto segments = segments_.All();
  std::int64_t excess = -config.retention_bytes;
  for (const auto& segment : segments) excess += segment->end();
  std::int64_t target = 0;
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    excess -= segments[i]->end();
    if (excess < 0 || segments[i + 1]->base_offset() > high_watermark()) break;
    target = segments[i + 1]->base_offset();
  }
  return target;
}

// A segment may get the name of one that was deleted before, when it is compacted again.
void SegmentedLog::Doom(const std::string& path) {
  std::erase_if(doomed_, [&](const DoomedFile& file) { return file.path == path; });
  const bool others_may_read = environment_.files->IsDurable();
  const std::int64_t due_ms =
      others_may_read ? Later(NowMs(), config()->file_delete_delay_ms) : INT64_MIN;
  doomed_.push_back({path, due_ms});
}

void SegmentedLog::RemoveDoomedFiles(std::int64_t now_ms) {
  const std::int64_t delay_ms = config()->file_delete_delay_ms;
  std::erase_if(doomed_, [&](const DoomedFile& file) {
    // Later than the delay it is only by a clock that was set back.
    if (file.due_ms > now_ms && file.due_ms <= Later(now_ms, delay_ms)) return false;
    const auto status = environment_.files->Remove(file.path);
    if (!status.ok()) Say(LogLevel::kWarning, fmt::format("{}: {}", name_, status.ToString()));
    return true;
  });
}

}  // namespace rill::log
