#include <algorithm>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "log/checkpoint_file.h"
#include "log/log_loader.h"
#include "log/segment_name.h"
#include "rill/error.h"

// The part of loading a log that is about what stands beside its segments: leader epochs and the
// state of idempotent producers.
namespace rill::log {
namespace {

// For searches among segments, which stand in order of it.
std::int64_t BaseOffset(const std::shared_ptr<Segment>& segment) { return segment->base_offset(); }
std::int64_t BaseOffset(std::int64_t offset) { return offset; }

}  // namespace

absl::Status LogLoader::LoadEpochs(LoadedLog& log) {
  const std::string path = directory_ + "/" + kLeaderEpochCheckpoint;
  auto epochs = LeaderEpochs::Load(*environment_.files, path);
  if (epochs.ok()) {
    log.epochs = *std::move(epochs);
  } else if (absl::IsDataLoss(epochs.status())) {
    Say(LogLevel::kWarning,
        fmt::format("{}; it is written anew", std::string(epochs.status().message())));
  } else {
    return epochs.status();
  }
  CompareStarts(log);
  const bool had_epochs = log.epochs.latest().has_value();
  bool changed = log.epochs.TruncateFromEnd(log.log_end_offset + 1);
  changed |= log.epochs.TruncateFromStart(log.log_start_offset);
  if (!log.epochs.latest().has_value()) {
    if (auto status = RebuildEpochs(log); !status.ok()) return status;
    changed = true;
  }
  // Where there were none, a power cut brings back nothing that could be believed.
  log.wrote_epochs = changed && had_epochs;
  return changed ? log.epochs.Save(*environment_.files, path, false) : absl::OkStatus();
}

// Whoever closes a log leaves its start in two files, as the log's and as that of the first epoch.
// Where they differ one is damaged, and the lower start is the one that costs no records. (After a
// crash either may be older than the other.)
void LogLoader::CompareStarts(LoadedLog& log) {
  if (!checkpoint_.clean_shutdown || log.epochs.entries().empty()) return;
  const std::int64_t of_epochs = log.epochs.entries().front().start_offset;
  const std::int64_t of_log = log.log_start_offset;
  if (of_epochs == of_log) return;
  log.log_start_offset = std::max(std::min(of_epochs, of_log), log.segments.front()->base_offset());
  Say(LogLevel::kWarning,
      fmt::format(
          "{}: the log begins at offset {} by {} and its segments, at {} by {}: one of them "
          "is damaged or missing; it begins at {}",
          name_, of_log, kLogStartCheckpoint, of_epochs, kLeaderEpochCheckpoint,
          log.log_start_offset));
}

// From what the batches say, each of which carries the epoch that it was appended in.
absl::Status LogLoader::RebuildEpochs(LoadedLog& log) {
  absl::Status refused = log.epochs.Assign(0, log.log_start_offset).status();
  for (const auto& segment : log.segments) {
    auto view = segment->View();
    if (!view.ok()) return view.status();
    const auto assign = [&](BatchView batch, std::uint32_t) {
      if (!refused.ok() || batch.partition_leader_epoch() <= log.epochs.latest()->epoch) return;
      const std::int64_t from = std::max(batch.base_offset(), log.log_start_offset);
      if (from == log.log_start_offset) log.epochs.Clear();
      refused = log.epochs.Assign(batch.partition_leader_epoch(), from).status();
    };
    ScanBatches({view->data(), view->end}, 0, segment->base_offset(), ScanDepth::kFrames, assign);
  }
  return refused;
}

absl::StatusOr<std::vector<std::int64_t>> LogLoader::ListSnapshots() {
  // Listing a folder asks the system for each file's size, so once is enough.
  if (listed_snapshots_.has_value()) return *std::move(listed_snapshots_);
  auto entries = environment_.files->List(directory_);
  if (!entries.ok()) return entries.status();
  std::vector<std::int64_t> offsets;
  for (const io::DirectoryEntry& entry : *entries) {
    const auto offset = ParseSegmentName(entry.name, kSnapshotSuffix);
    if (offset.has_value() && !entry.is_directory) offsets.push_back(*offset);
  }
  return offsets;
}

// The snapshots that the log can use, youngest first. A roll leaves one at the base of a segment,
// unsynced. A close leaves one at the end of the log, and so does a deletion of what nobody else
// would speak of: these are durable, and the youngest of them stays until it has a younger one of
// its kind.
absl::StatusOr<std::vector<std::int64_t>> LogLoader::UsableSnapshots(const LoadedLog& log) {
  auto offsets = ListSnapshots();
  if (!offsets.ok()) return offsets.status();
  std::sort(offsets->rbegin(), offsets->rend());
  std::vector<std::int64_t> kept;
  bool has_durable = false;
  for (const std::int64_t offset : *offsets) {
    const bool is_base = std::binary_search(
        log.segments.begin(), log.segments.end(), offset,
        [](const auto& a, const auto& b) { return BaseOffset(a) < BaseOffset(b); });
    bool is_useful = offset <= log.log_end_offset && (is_base || !has_durable);
    if (is_useful && !is_base && !kept.empty()) {
      ProducerState stored(name_);
      is_useful = stored.LoadSnapshot(*environment_.files, directory_, offset).ok();
    }
    if (is_useful) {
      kept.push_back(offset);
      has_durable |= !is_base;
      continue;
    }
    auto status = environment_.files->Remove(SegmentStem(directory_, offset) + kSnapshotSuffix);
    if (!status.ok()) return status;
  }
  return kept;
}

// The youngest sound snapshot that the log reaches, and the batches behind it.
absl::Status LogLoader::LoadProducers(LoadedLog& log) {
  auto snapshots = UsableSnapshots(log);
  if (!snapshots.ok()) return snapshots.status();
  std::int64_t from = log.log_start_offset;
  producers_->Reset(from);
  for (const std::int64_t offset : *snapshots) {
    if (offset < log.log_start_offset) break;
    auto status = producers_->LoadSnapshot(*environment_.files, directory_, offset);
    if (status.ok()) {
      from = offset;
      break;
    }
    const bool is_damaged = absl::IsDataLoss(status) || absl::IsFailedPrecondition(status);
    if (!is_damaged) return status;
    Say(LogLevel::kWarning, fmt::format("{}; an older one is used", std::string(status.message())));
  }
  return ReplayProducers(log, from);
}

absl::Status LogLoader::ReplayProducers(const LoadedLog& log, std::int64_t from) {
  // After a clean close there is nothing behind the snapshot, and no index is looked into for it.
  const std::size_t segments = from < log.log_end_offset ? log.segments.size() : 0;
  for (std::size_t i = 0; i < segments; ++i) {
    Segment& segment = *log.segments[i];
    if (i + 1 < log.segments.size() && log.segments[i + 1]->base_offset() <= from) continue;
    auto view = segment.View();
    if (!view.ok()) return view.status();
    auto position = segment.Find(*view, from);
    // Damage below the recovery point is for whoever reads it to meet, and does not close the log.
    absl::Status refused = absl::IsDataLoss(position.status()) ? position.status() : absl::Status();
    if (!position.ok() && refused.ok()) return position.status();
    const auto update = [&](BatchView batch, std::uint32_t) {
      if (!refused.ok() || !batch.has_producer_id()) return;
      refused = producers_->Update(batch).status();
    };
    if (position.ok()) {
      const auto scan = ScanBatches({view->data(), view->end}, *position, segment.base_offset(),
                                    ScanDepth::kFrames, update);
      if (refused.ok() && !scan.damage.ok()) refused = scan.damage;
    }
    if (!refused.ok()) {
      Say(LogLevel::kWarning,
          fmt::format("{}: {}", segment.log_path(), std::string(refused.message())));
    }
  }
  producers_->AdvanceTo(log.log_end_offset);
  producers_->OnHighWatermark(log.log_end_offset);
  return absl::OkStatus();
}

}  // namespace rill::log
