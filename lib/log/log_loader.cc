#include "log/log_loader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "fmt/format.h"
#include "io/file_copy.h"
#include "log/buffer_cap.h"
#include "log/checkpoint_file.h"
#include "log/index_continuation.h"
#include "log/interrupted_swap.h"
#include "log/recovery_rules.h"
#include "log/segment_name.h"
#include "log/stopper.h"
#include "rill/error.h"

namespace rill::log {
namespace {

// A checkpoint that is further ahead of its log than this was damaged, not the log.
constexpr std::int64_t kLongestLoss = std::numeric_limits<std::int32_t>::max();

}  // namespace

bool IsLeftover(const std::string& name) {
  return name.ends_with(kDeletedSuffix) || name.ends_with(kCleanedSuffix) ||
         name.ends_with(kTruncatedSuffix) || name.ends_with(".tmp");
}

absl::StatusOr<LoadedLog> LogLoader::Load() {
  if (auto status = environment_.files->CreateDirectories(directory_); !status.ok()) return status;
  auto found = ListSegments();
  if (!found.ok()) return found.status();
  LoadedLog log;
  for (std::size_t i = 0; i < found->size(); ++i) {
    const bool is_last = i + 1 == found->size();
    auto recover = NeedsRecovery((*found)[i], is_last ? INT64_MAX : (*found)[i + 1].base_offset);
    if (!recover.ok()) return recover.status();
    if (*recover) {
      if (auto status = Recover(*found, i, log); !status.ok()) return status;
      break;
    }
    if (auto status = CutTail((*found)[i]); !status.ok()) return status;
    log.segments.push_back(MakeSegment((*found)[i]));
  }
  if (log.segments.empty()) {
    // Far from any end, the checkpoint was damaged.
    const std::int64_t start = checkpoint_.log_start_offset;
    log.segments.push_back(MakeSegment({start <= INT64_MAX - kLongestLoss ? start : 0, 0}));
  }
  if (!log.recovered) {
    if (auto status = LoadTail(log); !status.ok()) return status;
  }
  if (log.log_end_offset < checkpoint_.log_start_offset) {
    if (auto status = PassStart(*found, log); !status.ok()) return status;
  }
  if (log.log_end_offset < checkpoint_.recovery_point) {
    if (auto status = GoOnBehindLoss(log); !status.ok()) return status;
  }
  const bool believed = checkpoint_.log_start_offset <= log.log_end_offset;
  log.log_start_offset =
      std::max(believed ? checkpoint_.log_start_offset : 0, log.segments.front()->base_offset());
  log.recovery_point = checkpoint_.clean_shutdown
                           ? log.log_end_offset
                           : std::min(checkpoint_.recovery_point, log.log_end_offset);
  if (auto status = LoadEpochs(log); !status.ok()) return status;
  if (auto status = LoadProducers(log); !status.ok()) return status;
  return log;
}

// The checkpoint has a start that the log does not reach. Where the log is whole, or far from it,
// the checkpoint is wrong, and must not cost the log.
absl::Status LogLoader::PassStart(const std::vector<Found>& found, LoadedLog& log) {
  const std::int64_t start = checkpoint_.log_start_offset;
  const bool is_whole =
      checkpoint_.clean_shutdown && log.log_end_offset == checkpoint_.recovery_point;
  if (!is_whole && start - log.log_end_offset <= kLongestLoss) return BeginAnew(found, log);
  Say(LogLevel::kWarning, fmt::format("{}: the log ends at offset {}, below the start at {} that "
                                      "{} has, which is not believed",
                                      name_, log.log_end_offset, start, kLogStartCheckpoint));
  return absl::OkStatus();
}

// Records were deleted up to an offset that the log lost with its end. Offsets below were given
// out, and are not given out twice.
absl::Status LogLoader::BeginAnew(const std::vector<Found>& found, LoadedLog& log) {
  const std::int64_t start = checkpoint_.log_start_offset;
  Say(LogLevel::kWarning, fmt::format("{}: the log ends at offset {}, below its start at {}: it "
                                      "begins anew there",
                                      name_, log.log_end_offset, start));
  log.segments.clear();
  for (const Found& segment : found) {
    if (auto status = Drop(segment); !status.ok()) return status;
  }
  log.segments.push_back(MakeSegment({start, 0}));
  log.index = std::make_shared<GrowingIndex>();
  log.first_timestamp_ms = kNoTimestamp;
  log.log_end_offset = start;
  return absl::OkStatus();
}

// The log lost its end, though that had been flushed, as far as the last checkpoint knows.
// Consumers have seen the offsets, and may have committed them: they are not given out twice
// either, and a new segment begins behind them.
absl::Status LogLoader::GoOnBehindLoss(LoadedLog& log) {
  const std::int64_t flushed = checkpoint_.recovery_point;
  const std::string loss = fmt::format(
      "{}: the log ends at offset {}, though it was flushed up to {}: files of it are missing or "
      "damaged",
      name_, log.log_end_offset, flushed);
  if (flushed - log.log_end_offset > kLongestLoss) {
    Say(LogLevel::kWarning, loss + ", or the checkpoint is; it is not believed");
    return absl::OkStatus();
  }
  Say(LogLevel::kWarning,
      fmt::format("{}. It goes on at offset {}; to have the records back, close the engine and "
                  "restore the files from a backup before anything is appended",
                  loss, flushed));
  const auto last = log.segments.back();
  if (last->end() > 0 && log.index == nullptr) {
    // It has its index files.
  } else if (last->end() > 0) {
    if (auto status = Complete(*last, *log.index); !status.ok()) return status;
  } else {
    log.segments.pop_back();
    if (auto status = RemoveFiles(last->base_offset()); !status.ok()) return status;
  }
  log.segments.push_back(MakeSegment({flushed, 0}));
  log.index = std::make_shared<GrowingIndex>();
  log.first_timestamp_ms = kNoTimestamp;
  log.log_end_offset = flushed;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<LogLoader::Found>> LogLoader::ListSegments() {
  auto entries = environment_.files->List(directory_);
  if (!entries.ok()) return entries.status();
  const bool is_swapping = std::any_of(entries->begin(), entries->end(), [](const auto& entry) {
    return entry.name.ends_with(kSwapSuffix);
  });
  if (is_swapping) {
    // Before the leftovers go, which tell how far it had come.
    auto status = FinishInterruptedSwap(environment_, directory_, name_);
    if (!status.ok()) return status;
    entries = environment_.files->List(directory_);
    if (!entries.ok()) return entries.status();
  }
  std::vector<Found> found;
  std::vector<std::int64_t> snapshots;
  std::vector<std::pair<std::int64_t, std::string>> indexes;
  for (const io::DirectoryEntry& entry : *entries) {
    const std::string path = directory_ + "/" + entry.name;
    if (IsLeftover(entry.name) && !entry.is_directory) {
      if (auto status = environment_.files->Remove(path); !status.ok()) return status;
      continue;
    }
    const auto snapshot = ParseSegmentName(entry.name, kSnapshotSuffix);
    if (snapshot.has_value() && !entry.is_directory) snapshots.push_back(*snapshot);
    const auto index = ParseIndexName(entry.name);
    if (index.has_value() && !entry.is_directory) indexes.emplace_back(*index, path);
    const auto base_offset = ParseSegmentName(entry.name, kLogSuffix);
    if (!base_offset.has_value()) continue;
    if (entry.is_directory) {
      return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kKafkaStorageError,
                       fmt::format("{}: a folder has the name of a segment; move it away", path));
    }
    if (entry.size > kMaxSegmentFileSize) {
      return MakeError(
          absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
          fmt::format("{}: {} bytes are more than a segment can have", path, entry.size));
    }
    found.push_back({*base_offset, static_cast<std::uint32_t>(entry.size)});
  }
  std::sort(found.begin(), found.end(),
            [](const Found& a, const Found& b) { return a.base_offset < b.base_offset; });
  listed_snapshots_ = std::move(snapshots);
  if (auto status = RemoveOrphans(indexes, found); !status.ok()) return status;
  return found;
}

// Index files whose segment is gone: a segment's .log goes first, and its process may die there. A
// segment that is once made under that name must not find them.
absl::Status LogLoader::RemoveOrphans(
    const std::vector<std::pair<std::int64_t, std::string>>& indexes,
    const std::vector<Found>& found) {
  for (const auto& [base_offset, path] : indexes) {
    const bool has_log = std::binary_search(
        found.begin(), found.end(), Found{base_offset, 0},
        [](const Found& a, const Found& b) { return a.base_offset < b.base_offset; });
    if (has_log) continue;
    if (auto status = environment_.files->Remove(path); !status.ok()) return status;
    Say(LogLevel::kInfo, fmt::format("{} is removed: its segment is gone", path));
  }
  return absl::OkStatus();
}

std::shared_ptr<Segment> LogLoader::MakeSegment(const Found& found) const {
  return std::make_shared<Segment>(environment_.files, SegmentStem(directory_, found.base_offset),
                                   found.base_offset, found.size);
}

// A segment gets its index files when it is sealed and flushed (SegmentWriter::SaveIndex); one
// without them may have its writer's reserve behind the end.
absl::StatusOr<bool> LogLoader::IsComplete(const Found& found) {
  return environment_.files->Exists(SegmentStem(directory_, found.base_offset) +
                                    kOffsetIndexSuffix);
}

absl::StatusOr<bool> LogLoader::NeedsRecovery(const Found& found, std::int64_t next_base_offset) {
  if (checkpoint_.clean_shutdown) return false;
  if (MayBeTorn(checkpoint_, next_base_offset)) return true;
  auto complete = IsComplete(found);
  if (!complete.ok()) return complete.status();
  return !*complete;
}

// A segment that was rolled shortly before the process died may still have its stopper behind it
// (SegmentedLog::CutTails).
absl::Status LogLoader::CutTail(Found& found) {
  if (checkpoint_.clean_shutdown || found.size == 0) return absl::OkStatus();
  auto end = MakeSegment(found)->EndOfBatches();
  if (!end.ok()) return end.status();
  if (*end == found.size) return absl::OkStatus();
  const std::string path = SegmentStem(directory_, found.base_offset) + kLogSuffix;
  const auto names = environment_.files->LinkCount(path);
  if (!names.ok()) return names.status();
  found.size = *end;
  if (*names > 1) return absl::OkStatus();  // as in SegmentedLog::CutTail
  auto file = environment_.files->Open(path, io::OpenMode::kReadWrite);
  if (!file.ok()) return file.status();
  return (*file)->Truncate(*end);
}

std::uint64_t LogLoader::SizeFrom(const std::vector<Found>& found, std::size_t at) {
  std::uint64_t size = 0;
  for (; at < found.size(); ++at) size += found[at].size;
  return size;
}

// Validates the segments from `at` on, and ends the log at the first batch that is not sound.
absl::Status LogLoader::Recover(const std::vector<Found>& found, std::size_t at, LoadedLog& log) {
  log.recovered = true;
  log.log_end_offset = found[at].base_offset;
  RecoveryProgress progress(environment_, name_, SizeFrom(found, at));
  std::uint64_t bytes_before = 0;
  bool ended = false;
  for (std::size_t i = at; i < found.size(); ++i) {
    // From the last on: an interruption must not leave a later one behind a hole.
    if (ended || found[i].base_offset < log.log_end_offset) {
      for (std::size_t last = found.size(); last > i; --last) {
        if (auto status = Drop(found[last - 1]); !status.ok()) return status;
      }
      // Nor may a power cut bring back, behind the end, offsets that are given out anew.
      if (auto status = environment_.files->SyncDirectory(directory_); !status.ok()) return status;
      break;
    }
    const std::int64_t next = i + 1 < found.size() ? found[i + 1].base_offset : INT64_MAX;
    auto complete = IsComplete(found[i]);
    if (!complete.ok()) return complete.status();
    auto scan = RecoverSegment(found[i], next, bytes_before, progress, log);
    if (!scan.ok()) return scan.status();
    bytes_before += found[i].size;
    ended = !scan->damage.ok() || LostItsEnd({.next_offset = scan->next_offset,
                                              .next_base_offset = next,
                                              .has_more_bytes = scan->sound_end < found[i].size,
                                              .is_complete = *complete},
                                             checkpoint_);
    if (next == INT64_MAX || ended) continue;
    if (auto status = Complete(*log.segments.back(), *log.index); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<ScanResult> LogLoader::RecoverSegment(const Found& found,
                                                     std::int64_t next_base_offset,
                                                     std::uint64_t bytes_before,
                                                     RecoveryProgress& progress, LoadedLog& log) {
  auto segment = MakeSegment(found);
  auto view = segment->View();
  if (!view.ok()) return view.status();
  log.index = std::make_shared<GrowingIndex>();
  log.first_timestamp_ms = kNoTimestamp;
  IndexBuilder builder(log.index.get(), found.base_offset);
  ScanResult scan = ScanBatches(
      {view->data(), view->end}, 0, found.base_offset, ScanDepth::kValidate,
      [&](BatchView batch, std::uint32_t position) {
        if (position == 0) log.first_timestamp_ms = batch.max_timestamp_ms();
        builder.Add(batch.last_offset(), batch.max_timestamp_ms(), position,
                    static_cast<std::uint32_t>(batch.size()), config_.index_interval_bytes);
        progress.Show(bytes_before + position + batch.size());
      },
      next_base_offset, BufferCap::Whole(*environment_.buffers).bytes());
  builder.Finish();
  *view = SegmentView();
  // What rill cannot read, or has no memory for, is not damaged.
  if (!scan.damage.ok() && !absl::IsDataLoss(scan.damage) && !absl::IsOutOfRange(scan.damage)) {
    return MakeError(scan.damage.code(), GetErrorCode(scan.damage),
                     fmt::format("{}: byte {}: {}", segment->log_path(), scan.sound_end,
                                 std::string(scan.damage.message())));
  }
  if (auto status = CutBehind(*segment, found, scan); !status.ok()) return status;
  segment = MakeSegment({found.base_offset, scan.sound_end});
  segment->MarkVerified(0, scan.sound_end);
  log.log_end_offset = scan.next_offset;
  log.segments.push_back(std::move(segment));
  return scan;
}

// A segment behind which others stand. Flushes of the log do not come back to it, so it is flushed
// here, before its index files say that it is complete.
absl::Status LogLoader::Complete(const Segment& segment, const GrowingIndex& index) {
  auto file = environment_.files->Open(segment.log_path(), io::OpenMode::kReadWrite);
  if (!file.ok()) return file.status();
  if (auto status = (*file)->Sync(); !status.ok()) return status;
  return index.Save(*environment_.files, segment.stem(), true);
}

// What the writer reserved is cut off in place: nobody was ever shown it. Bytes that may be linked
// into a backup or held by a reader are left to those: a sound copy takes the file's place.
absl::Status LogLoader::CutBehind(Segment& segment, const Found& found, const ScanResult& scan) {
  if (scan.sound_end == found.size) return absl::OkStatus();
  io::FileSystem& files = *environment_.files;
  if (scan.damage.ok()) {
    if (auto status = SayWhatIsCut(segment, found, scan); !status.ok()) return status;
    if (auto own = io::UnshareFile(files, segment.log_path()); !own.ok()) return own;
    auto file = files.Open(segment.log_path(), io::OpenMode::kReadWrite);
    if (!file.ok()) return file.status();
    return (*file)->Truncate(scan.sound_end);
  }
  Say(LogLevel::kWarning,
      fmt::format("{}: byte {}: {}. The log is cut here, at offset {}; {} bytes behind are dropped",
                  segment.log_path(), scan.sound_end, std::string(scan.damage.message()),
                  scan.next_offset, found.size - scan.sound_end));
  const std::string copy = segment.log_path() + kTruncatedSuffix;
  auto view = segment.View();
  if (!view.ok()) return view.status();
  auto file = files.Open(copy, io::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  if (auto status = (*file)->Truncate(0); !status.ok()) return status;
  auto status = (*file)->WriteAt(0, {view->data(), scan.sound_end});
  if (status.ok()) status = (*file)->Sync();
  if (status.ok()) status = RemoveIndexFiles(files, segment.stem());  // no longer complete
  if (status.ok()) status = files.Rename(copy, segment.log_path());
  if (status.ok()) status = files.SyncDirectory(directory_);
  return status;
}

// A batch that was being stored when the process ended, or what stood behind pages that a power cut
// took.
absl::Status LogLoader::SayWhatIsCut(Segment& segment, const Found& found, const ScanResult& scan) {
  auto view = segment.View();
  if (!view.ok()) return view.status();
  const std::string_view behind =
      std::string_view(view->data(), found.size)
          .substr(scan.sound_end)
          .substr(std::min<std::size_t>(kStopperSize, found.size - scan.sound_end));
  const auto last = behind.find_last_not_of('\0');
  if (last == std::string_view::npos) return absl::OkStatus();
  Say(LogLevel::kInfo,
      fmt::format("{}: byte {}: the log ends here, at offset {}; {} bytes behind are dropped",
                  segment.log_path(), scan.sound_end, scan.next_offset, kStopperSize + last + 1));
  return absl::OkStatus();
}

absl::Status LogLoader::Drop(const Found& found) {
  Say(LogLevel::kWarning,
      fmt::format("{}{}: {} bytes behind the end of the log are dropped",
                  SegmentStem(directory_, found.base_offset), kLogSuffix, found.size));
  return RemoveFiles(found.base_offset);
}

absl::Status LogLoader::RemoveFiles(std::int64_t base_offset) {
  listed_snapshots_.reset();
  const std::string stem = SegmentStem(directory_, base_offset);
  for (const char* suffix : {kLogSuffix, kOffsetIndexSuffix, kTimeIndexSuffix,
                             kTransactionIndexSuffix, kSnapshotSuffix}) {
    auto status = environment_.files->Remove(stem + suffix);
    if (!status.ok() && !absl::IsNotFound(status)) return status;
  }
  return absl::OkStatus();
}

// After a clean shutdown: only what follows the last index entry of the last segment is read, and
// the log rests. An index that does not lead to the end is not believed, and the segment is
// recovered after all.
absl::Status LogLoader::LoadTail(LoadedLog& log) {
  const auto segment = log.segments.back();
  auto view = segment->View();
  if (!view.ok()) return view.status();
  auto stored = OpenStoredIndex(*environment_.files, segment->stem(), view->end);
  std::uint32_t from = 0;
  std::int64_t from_offset = segment->base_offset();
  bool believed = stored.ok();
  if (believed && (*stored)->offset_entries() > 0) {
    const auto last = segment->BatchOfEntry(*view, **stored, (*stored)->offset_entries() - 1);
    believed = last.has_value();
    if (believed) from = static_cast<std::uint32_t>(last->data() - view->data());
    if (believed) from_offset = last->base_offset();
  }
  const ScanResult scan = ScanBatches({view->data(), view->end}, from, from_offset,
                                      ScanDepth::kOffsets, [](BatchView, std::uint32_t) {});
  if (!scan.damage.ok() || scan.sound_end != view->end) {
    const Found found{segment->base_offset(), view->end};
    log.segments.pop_back();
    return Recover({found}, 0, log);
  }
  log.log_end_offset = scan.next_offset;
  if (believed) return absl::OkStatus();
  auto continued = ContinueIndex(*segment, *view, log.log_end_offset, config_.index_interval_bytes);
  if (!continued.ok()) return continued.status();
  log.index = continued->index;
  continued->builder.Finish();
  if (view->end > 0) log.first_timestamp_ms = BatchView(view->data()).max_timestamp_ms();
  return absl::OkStatus();
}

void LogLoader::Say(LogLevel level, const std::string& line) const {
  if (environment_.sink) environment_.sink(level, line);
}

}  // namespace rill::log
