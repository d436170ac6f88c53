#include <algorithm>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "log/segment_name.h"
#include "log/segmented_log.h"
#include "rill/error.h"

// Compaction as the log sees it: what is cleanable, the slices of a cleaning, and the segments that
// take the place of others while everybody reads and writes.
namespace rill::log {

absl::StatusOr<Cleanability> SegmentedLog::CleanableAt(absl::Time now) {
  absl::MutexLock lock(&maintenance_mutex_);
  if (closed_.load()) return Cleanability();
  return MeasureDirt(*config(), absl::ToUnixMillis(now));
}

// Where nothing was checkpointed, or records were deleted since, all of the log is dirty.
std::int64_t SegmentedLog::BeginOfDirt() const {
  return std::max(first_dirty_offset(), log_start_offset());
}

// Kafka's rules (LogCleanerManager.cleanableOffsets), and one more: what is not sealed yet was not
// flushed, and must not cost an older value that a power cut would leave.
std::int64_t SegmentedLog::EndOfSettled() {
  const std::int64_t stable = last_stable_offset();
  base::MutexLock lock(&append_mutex_);
  const auto& unsealed = rolled_.empty() ? segments_.Last() : rolled_.front()->segment();
  return std::min(stable, unsealed->base_offset());
}

std::int64_t SegmentedLog::last_stable_offset() {
  base::MutexLock lock(&append_mutex_);
  const std::int64_t high_watermark = this->high_watermark();
  producers_.OnHighWatermark(high_watermark);
  return std::min(producers_.first_unstable_offset().value_or(high_watermark), high_watermark);
}

absl::StatusOr<Cleanability> SegmentedLog::MeasureDirt(const LogConfig& policy,
                                                       std::int64_t now_ms) {
  Cleanability dirt;
  dirt.min_cleanable_dirty_ratio = policy.min_cleanable_dirty_ratio;
  if (!policy.cleanup_compact || !IsSound()) return dirt;
  const std::int64_t first_dirty = dirt.first_dirty_offset = BeginOfDirt();
  std::int64_t end = EndOfSettled();
  const auto segments = segments_.All();
  end = std::max(end, segments.front()->base_offset());  // the log may begin in a transaction
  std::int64_t oldest_ms = INT64_MAX;
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    if (segments[i + 1]->base_offset() <= first_dirty) continue;
    if (policy.min_compaction_lag_ms > 0 && segments[i]->base_offset() < end) {
      const auto youngest_ms = segments[i]->LargestTimestamp();
      if (!youngest_ms.ok()) return youngest_ms.status();
      const bool is_young = *youngest_ms > Before(now_ms, policy.min_compaction_lag_ms);
      if (is_young) end = segments[i]->base_offset();
    }
    if (policy.max_compaction_lag_ms == INT64_MAX) continue;
    const auto first_ms = segments[i]->FirstTimestamp();
    if (!first_ms.ok()) return first_ms.status();
    if (*first_ms > 0) oldest_ms = std::min(oldest_ms, *first_ms);
  }
  dirt.passed_max_lag = oldest_ms < Before(now_ms, policy.max_compaction_lag_ms);
  // Whole segments, that is.
  dirt.end_offset = segments_.Containing(end).segment->base_offset();
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    const std::int64_t begin = segments[i]->base_offset();
    if (begin < first_dirty) dirt.clean_bytes += segments[i]->end();
    const bool is_dirty = segments[i + 1]->base_offset() > first_dirty;
    if (is_dirty && begin < dirt.end_offset) dirt.cleanable_bytes += segments[i]->end();
  }
  return dirt;
}

absl::StatusOr<CleanProgress> SegmentedLog::Clean(const CleanOptions& options) {
  absl::MutexLock lock(&cleaning_mutex_);
  if (closed_.load()) return WhyClosed();
  CleanProgress progress;
  const std::int64_t began_nanos = clock_.TickNanos();
  auto status = CleanSlice(options, progress);
  // It looked for what retention had taken away meanwhile. The next slice knows.
  if (IsOutdated() && (absl::IsNotFound(status) || absl::IsAborted(status))) {
    status = absl::OkStatus();
  }
  Count(progress, status, clock_.TickNanos() - began_nanos);
  if (!status.ok() || progress.done) EndCleaning();
  if (!status.ok()) return status;
  // What it replaced goes after file.delete.delay.ms, which the maintenance has to know of.
  if (progress.done && environment_.request_maintenance) environment_.request_maintenance();
  return progress;
}

void SegmentedLog::Count(const CleanProgress& slice, const absl::Status& status,
                         std::int64_t nanos) {
  const bool was_work = slice.bytes_read + slice.bytes_written > 0;
  if (was_work) metrics_->compaction_slice_latency.Record(nanos);
  if (cleaning_ != nullptr && cleaning_->is_over()) metrics_->compactions.Add(1);
  if (!status.ok()) metrics_->compaction_failures.Add(1);
  metrics_->compaction_read_bytes.Add(slice.bytes_read);
  metrics_->compaction_written_bytes.Add(slice.bytes_written);
  metrics_->compaction_read_records.Add(slice.records_read);
  metrics_->compaction_kept_records.Add(slice.records_kept);
}

// Retention took away some of what is being compacted.
bool SegmentedLog::IsOutdated() const {
  return cleaning_ != nullptr && cleaning_->begin_offset() != segments_.First()->base_offset();
}

absl::Status SegmentedLog::CleanSlice(const CleanOptions& options, CleanProgress& progress) {
  {
    absl::MutexLock lock(&maintenance_mutex_);
    if (auto status = GoOnWithSwap(); !status.ok()) return status;
    if (!IsSound()) return WhyClosed();
  }
  if (IsOutdated()) {
    if (auto status = ForgetDeleted(progress); !status.ok()) return status;
  }
  const bool is_wanted = config()->cleanup_compact;
  if (is_wanted && cleaning_ == nullptr) {
    if (auto status = BeginCleaning(options); !status.ok()) return status;
  }
  progress.done |= !is_wanted || cleaning_ == nullptr;
  while (!progress.done && !closing_.load() &&
         progress.bytes_read + progress.bytes_written < options.slice_bytes) {
    if (auto status = cleaning_->Run(options.slice_bytes, progress); !status.ok()) return status;
    if (cleaning_->is_ready()) {
      if (auto status = SwapIn(); !status.ok()) return status;
    }
    if (!cleaning_->is_over()) continue;
    first_dirty_offset_.store(cleaning_->end_offset());
    progress.done = true;
  }
  return absl::OkStatus();
}

// As Kafka's cleaner, which keeps retention off the log that it compacts, this ends however often
// retention comes by, but does not make it wait, for it may be what a full disk waits for.
absl::Status SegmentedLog::ForgetDeleted(CleanProgress& progress) {
  const std::int64_t begin = segments_.First()->base_offset();
  progress.done = cleaning_->IsAllBelow(begin);
  return progress.done ? absl::OkStatus() : cleaning_->ForgetBelow(begin);
}

absl::Status SegmentedLog::BeginCleaning(const CleanOptions& options) {
  absl::MutexLock lock(&maintenance_mutex_);
  CompactionPlan plan;
  plan.config = *config();
  plan.now_ms = NowMs();
  const auto dirt = MeasureDirt(plan.config, plan.now_ms);
  if (!dirt.ok()) return dirt.status();
  if (dirt->cleanable_bytes == 0) return absl::OkStatus();
  if (auto status = RemoveUnfinished(); !status.ok()) return status;
  plan.segments = segments_.All();
  plan.first_dirty_offset = dirt->first_dirty_offset;
  plan.end_offset = dirt->end_offset;
  plan.high_watermark = high_watermark();
  plan.map_bytes = options.map_bytes;
  std::vector<ProducerState::SnapshotEntry> producers;
  {
    base::MutexLock append(&append_mutex_);
    producers = producers_.SnapshotEntries();
  }
  for (const ProducerState::SnapshotEntry& entry : producers) {
    plan.producers[entry.producer_id] = {entry.last_offset, entry.epoch};
  }
  cleaning_ = std::make_unique<Compaction>(environment_, std::move(plan));
  return absl::OkStatus();
}

// What an earlier cleaning could not remove. An open would take it for the sign that the swaps of
// this one do not count.
absl::Status SegmentedLog::RemoveUnfinished() {
  const auto entries = environment_.files->List(directory_);
  if (!entries.ok()) return entries.status();
  for (const io::DirectoryEntry& entry : *entries) {
    if (!entry.name.ends_with(kCleanedSuffix)) continue;
    auto status = environment_.files->Remove(directory_ + "/" + entry.name);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// The files are this log's own as long as it is not closed, which waits for the lock held here.
void SegmentedLog::EndCleaning() {
  if (cleaning_ == nullptr) return;
  const auto status = closed_.load() ? absl::OkStatus() : cleaning_->RemoveFiles();
  if (!status.ok()) Say(LogLevel::kWarning, fmt::format("{}: {}", name_, status.ToString()));
  cleaning_ = nullptr;
}

absl::Status SegmentedLog::SwapIn() {
  absl::MutexLock lock(&maintenance_mutex_);
  const auto listed = segments_.All();
  const auto& replaced = cleaning_->ready().segments;
  const bool is_there =
      std::search(listed.begin(), listed.end(), replaced.begin(), replaced.end()) != listed.end();
  if (!is_there) return absl::AbortedError("segments were deleted");
  // The snapshots of the others go with them.
  const auto synced = SyncSnapshotAt(replaced.front()->base_offset());
  if (!synced.ok()) return synced.status();
  auto fresh = cleaning_->ready().cleaned->Open();
  if (!fresh.ok()) return fresh.status();
  auto group = cleaning_->TakeReady();
  swap_ = std::make_unique<SegmentSwap>(environment_.files, std::move(group.segments),
                                        *std::move(fresh), group.cleaned->has_transaction_index());
  return GoOnWithSwap();
}

// The new segment counts once it is sure to be found after a crash; from then on it is the one that
// is read. Only then do the old files go, and nothing looks at the names that they had: those who
// read an old segment go on in its mapping, those who would have to open it look the list up again.
absl::Status SegmentedLog::GoOnWithSwap() {
  if (swap_ == nullptr) return absl::OkStatus();
  if (!swap_counts_) {
    auto status = swap_->Offer();
    if (status.ok()) status = SyncFolderChange();
    if (!status.ok()) return status;
    if (status = ShowSwap(); !status.ok()) return status;
  }
  // Some records are under no name in the folder meanwhile.
  if (!std::exchange(swap_changes_names_, true)) BeginNameChange();
  auto status = swap_->Finish();
  for (const std::string& path : swap_->TakeDeleted()) Doom(path);
  if (!status.ok()) return status;
  EndNameChange();
  swap_changes_names_ = false;
  if (status = SyncFolderChange(); !status.ok()) return status;
  swap_->fresh()->Release();
  swap_->fresh()->Unload();  // who reads it maps it by its name
  swap_ = nullptr;
  swap_counts_ = false;
  RemoveDoomedFiles(NowMs());
  return absl::OkStatus();
}

absl::Status SegmentedLog::ShowSwap() {
  const auto& replaced = swap_->replaced();
  // SwapIn saw them in the list, and retention takes nothing from there on while there is a swap.
  if (!segments_.Replace(replaced, swap_->fresh())) {
    return absl::InternalError("segments that are to be replaced are not in the log any more");
  }
  // Its space is free again once nobody reads it any more.
  for (const auto& segment : replaced) {
    segment->Retire();
    segment->Unload();
  }
  // A stopper behind an old one goes with it. To cut it off would cut another file.
  std::erase_if(tails_, [&](const Tail& tail) {
    return std::find(replaced.begin(), replaced.end(), tail.segment) != replaced.end();
  });
  swap_counts_ = true;
  durable_snapshot_ = -1;  // those at bases that are gone go with the files
  std::uint64_t before = 0;
  for (const auto& segment : replaced) before += segment->end();
  Say(LogLevel::kDebug,
      fmt::format("{}: segment {} takes the place of {}, {} bytes of {}", name_,
                  swap_->fresh()->base_offset(), replaced.size(), swap_->fresh()->end(), before));
  return absl::OkStatus();
}

absl::Status SegmentedLog::SyncFolderChange() {
  {
    base::MutexLock lock(&append_mutex_);
    ++folder_changes_;
  }
  return SyncFolder();
}

bool SegmentedLog::IsSound() const {
  base::MutexLock lock(&append_mutex_);
  return state_.ok();
}

}  // namespace rill::log
