#include <algorithm>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "io/file_copy.h"
#include "log/partition_metadata.h"
#include "log/segment_name.h"
#include "log/segmented_log.h"
#include "rill/error.h"

// A backup shares with the log, by hard links, the files that nobody writes to any more, and has
// copies of the rest (docs/design/backup.md). Under the maintenance lock nothing is sealed, deleted
// or compacted, so the names stay what they are; appends go on.
namespace rill::log {
namespace {

// Less than this of the last segment is copied; for more it is rolled first, and linked.
constexpr std::uint32_t kLargestCopy = std::uint32_t{1} << 20;

// Another name of a file that is only ever replaced as a whole, and may not have been flushed.
absl::Status LinkState(io::FileSystem& files, const std::string& from, const std::string& to) {
  if (auto linked = files.Link(from, to); !linked.ok()) return linked;
  auto file = files.Open(to, io::OpenMode::kRead);
  return file.ok() ? (*file)->Sync() : file.status();
}

}  // namespace

absl::StatusOr<LogCheckpoint> SegmentedLog::Backup(io::FileSystem& files,
                                                   const std::string& directory) {
  absl::MutexLock maintenance(&maintenance_mutex_);
  // After a flush that failed nobody knows what the files hold.
  if (auto sound = WhyClosed(); !sound.ok()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, GetErrorCode(sound),
                     std::string(sound.message()));
  }
  // A compacted segment that counts has its names before they are linked.
  if (auto status = GoOnWithSwap(); !status.ok()) return status;
  RollForBackup();
  SaveOwedSnapshots();
  if (auto status = SealForBackup(); !status.ok()) return status;
  // Now, for neither log cuts a file that has two names, and a broker that takes one of the folders
  // over would send what stands behind the batches to its consumers.
  if (auto status = CutTails(INT64_MAX, true); !status.ok()) return status;
  const BackupCut cut = CutForBackup();
  if (auto status = files.CreateDirectories(directory); !status.ok()) return status;
  for (const auto& segment : cut.finished) {
    if (auto status = LinkSegment(files, *segment, directory); !status.ok()) return status;
  }
  for (const CopiedSegment& copied : cut.copied) {
    if (auto status = CopySegment(files, copied, directory); !status.ok()) return status;
  }
  if (auto status = LinkStates(files, directory, cut.end_offset); !status.ok()) return status;
  if (auto status = files.SyncDirectory(directory); !status.ok()) return status;
  return LogCheckpoint{.clean_shutdown = false,
                       .recovery_point = cut.copied.front().segment->base_offset(),
                       .log_start_offset = cut.start_offset,
                       .high_watermark = cut.end_offset,
                       .first_dirty_offset = std::min(first_dirty_offset(), cut.end_offset)};
}

// On a full disk, or where appends are refused, the last segment is copied after all.
void SegmentedLog::RollForBackup() {
  if (segments_.Last()->end() <= kLargestCopy) return;
  base::MutexLock lock(&append_mutex_);
  auto status = BecomeWritable();
  if (status.ok()) status = Roll(RollFor::kAppend);
  if (!status.ok()) {
    Say(LogLevel::kWarning,
        fmt::format("{}: the last segment is copied into a backup: {}", name_, status.ToString()));
  }
}

// Where there is no room for index files, or no descriptor, what is left is copied without them, as
// the last segment is. What cannot be sealed for another reason may not be what it should be; and a
// sync that failed has stopped the log: nobody knows what it lost.
absl::Status SegmentedLog::SealForBackup() {
  next_seal_ms_ = 0;  // the reason of a failure a moment ago has to be known, too
  const auto sealed = SealRolled(SIZE_MAX);
  if (auto sound = WhyClosed(); !sound.ok()) return sound;
  if (!absl::IsResourceExhausted(sealed)) return sealed;
  Say(LogLevel::kWarning, fmt::format("{}: segments are copied into a backup, not linked: {}",
                                      name_, sealed.ToString()));
  return absl::OkStatus();
}

// What is in the backup: all that was appended until this moment.
SegmentedLog::BackupCut SegmentedLog::CutForBackup() {
  BackupCut cut;
  cut.start_offset = log_start_offset();
  base::MutexLock lock(&append_mutex_);
  auto segments = segments_.All();
  // The oldest that is not sealed, and all behind it.
  const auto first_copied =
      rolled_.empty() ? segments.end() - 1
                      : std::find(segments.begin(), segments.end(), rolled_.front()->segment());
  for (auto it = first_copied; it != segments.end(); ++it) {
    cut.copied.push_back({*it, (*it)->end(), FileIdOf(**it)});
  }
  segments.erase(first_copied, segments.end());
  cut.finished = std::move(segments);
  cut.end_offset = log_end_offset();
  return cut;
}

std::optional<io::FileId> SegmentedLog::FileIdOf(const Segment& segment) const {
  if (writer_ != nullptr && writer_->segment().get() == &segment) return writer_->file_id();
  for (const auto& writer : rolled_) {
    if (writer->segment().get() == &segment) return writer->file_id();
  }
  return writer_ == nullptr ? rested_file_ : std::nullopt;
}

// Links need no room; on a full disk copies are what a backup fails by.
absl::Status SegmentedLog::CopySegment(io::FileSystem& files, const CopiedSegment& copied,
                                       const std::string& directory) {
  if (closing_.load()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                     fmt::format("{} was closed while a backup was being made of it", name_));
  }
  const Segment& segment = *copied.segment;
  const std::string to = SegmentStem(directory, segment.base_offset()) + kLogSuffix;
  auto status = io::CopyFile(files, segment.log_path(), to, copied.end);
  if (absl::IsResourceExhausted(status)) {
    return MakeError(status.code(), GetErrorCode(status),
                     fmt::format("no room for the {} bytes of {} that a backup has to copy, for "
                                 "they are not in a segment that is complete; make room and try "
                                 "again: {}",
                                 copied.end, segment.log_path(), std::string(status.message())));
  }
  if (!status.ok() || !copied.file_id.has_value()) return status;
  // What was copied is what the name leads to.
  const auto there = files.IdOf(segment.log_path());
  if (!there.ok() || *there == copied.file_id) return there.status();
  return Fail(Replaced(segment.log_path()));
}

absl::Status SegmentedLog::LinkSegment(io::FileSystem& files, const Segment& segment,
                                       const std::string& directory) {
  const std::string to = SegmentStem(directory, segment.base_offset());
  // The index files come last, here too: a segment without them is not taken for complete.
  for (const char* suffix :
       {kLogSuffix, kTransactionIndexSuffix, kTimeIndexSuffix, kOffsetIndexSuffix}) {
    auto status = files.Link(segment.stem() + suffix, to + suffix);
    const bool is_missing = absl::IsNotFound(status) && suffix != kLogSuffix;
    if (!status.ok() && !is_missing) return status;
  }
  return absl::OkStatus();
}

absl::Status SegmentedLog::LinkStates(io::FileSystem& files, const std::string& directory,
                                      std::int64_t end_offset) {
  const auto entries = files.List(directory_);
  if (!entries.ok()) return entries.status();
  for (const io::DirectoryEntry& entry : *entries) {
    const auto snapshot = ParseSegmentName(entry.name, kSnapshotSuffix);
    const bool is_state = entry.name == kPartitionMetadataFile ||
                          entry.name == kLeaderEpochCheckpoint ||
                          (snapshot.has_value() && *snapshot <= end_offset);
    if (entry.is_directory || !is_state) continue;
    auto status = LinkState(files, directory_ + "/" + entry.name, directory + "/" + entry.name);
    // A roll may be removing older snapshots.
    if (!status.ok() && !absl::IsNotFound(status)) return status;
  }
  return absl::OkStatus();
}

}  // namespace rill::log
