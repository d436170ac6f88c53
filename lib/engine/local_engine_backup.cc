#include <algorithm>
#include <utility>

#include "engine/catalogue_file.h"
#include "engine/data_folder.h"
#include "engine/local_engine.h"
#include "engine/meta_properties.h"
#include "engine/topic_name.h"
#include "engine/where.h"
#include "fmt/format.h"
#include "io/path.h"
#include "io/small_file.h"
#include "rill/error.h"

// A backup is made in "<folder>.incomplete", which gets its name when everything in it is on disk.
// Until then a file in it keeps it from being opened (docs/crash-safety.md).
namespace rill::engine {
namespace {

constexpr char kIncompleteSuffix[] = ".incomplete";

// Where a backup is to be; its place must be free, and no part of what it is made of.
absl::StatusOr<std::string> BackupPlace(const EngineEnvironment& environment,
                                        const std::string& to) {
  if (environment.directory() == kMemory) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                     "topics in memory have no files to make a backup of");
  }
  auto place = CheckWhere(to);
  if (place.ok() && *place != kMemory && environment.is_real()) place = AbsoluteFolder(*place);
  if (!place.ok()) return place;
  const std::string path = io::NormalPath(*place);
  const std::string own = io::NormalPath(environment.directory());
  if (*place != kMemory && path != own && !path.starts_with(own == "/" ? own : own + "/")) {
    return path;
  }
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kUnknownServerError,
                   fmt::format("a backup of {} cannot be made in {}; give another folder, on the "
                               "same file system",
                               own, to));
}

// Whether `incomplete` is there, and what a process left that died in a backup. Nothing else of
// that name is touched.
absl::StatusOr<bool> IsLeftOver(io::FileSystem& files, const std::string& incomplete) {
  const auto entries = files.List(incomplete);
  if (absl::IsNotFound(entries.status())) return false;
  if (!entries.ok()) return entries.status();
  const auto marked = files.Exists(incomplete + "/" + kIncompleteBackupFile);
  if (!marked.ok()) return marked.status();
  if (*marked || entries->empty()) return true;
  return MakeError(absl::StatusCode::kAlreadyExists, ErrorCode::kUnknownServerError,
                   fmt::format("{} is there already, where the backup would be made: remove it, or "
                               "give the backup another name",
                               incomplete));
}

// The folder "<to>.incomplete", with the file that says so: a link to one of the engine's, so that
// where there can be none it is known at once.
absl::Status BeginBackup(io::FileSystem& files, const std::string& own, const std::string& to,
                         const std::string& incomplete) {
  const auto taken = files.Exists(to);
  if (!taken.ok()) return taken.status();
  if (*taken) {
    return MakeError(absl::StatusCode::kAlreadyExists, ErrorCode::kUnknownServerError,
                     fmt::format("{} is there already; give a backup a new name", to));
  }
  const auto is_left_over = IsLeftOver(files, incomplete);
  if (!is_left_over.ok()) return is_left_over.status();
  if (*is_left_over) {
    if (auto removed = RemoveTree(files, incomplete); !removed.ok()) return removed;
  }
  if (auto made = files.CreateDirectories(incomplete); !made.ok()) return made;
  auto linked =
      files.Link(own + "/" + kMetaPropertiesFile, incomplete + "/" + kIncompleteBackupFile);
  if (linked.ok()) return files.SyncDirectory(incomplete);
  files.RemoveDirectory(incomplete).IgnoreError();
  if (!absl::IsFailedPrecondition(linked) && !absl::IsPermissionDenied(linked)) return linked;
  return MakeError(absl::StatusCode::kFailedPrecondition, GetErrorCode(linked),
                   fmt::format("a backup of {} has to be on the same file system, which has to "
                               "have hard links: make it there, and copy it to where you want "
                               "it ({})",
                               own, std::string(linked.message())));
}

absl::Status EndBackup(io::FileSystem& files, const std::string& to,
                       const std::string& incomplete) {
  auto status = files.SyncDirectory(incomplete);
  if (status.ok()) status = files.Remove(incomplete + "/" + kIncompleteBackupFile);
  if (status.ok()) status = files.SyncDirectory(incomplete);
  if (status.ok()) status = files.Rename(incomplete, to);
  return status.ok() ? SyncAncestors(files, to) : status;
}

}  // namespace

absl::Status LocalEngine::Backup(const std::string& to) {
  if (auto may = CheckMayWrite(); !may.ok()) return may;
  const auto place = BackupPlace(*environment_, to);
  if (!place.ok()) return place.status();
  io::FileSystem& files = environment_->uncapped_files();
  const std::string incomplete = *place + kIncompleteSuffix;
  // Topics stay what they are, so that the catalogue speaks of what is there.
  absl::MutexLock lock(&change_mutex_);
  if (auto open = CheckOpen(); !open.ok()) return open;
  auto begun = BeginBackup(files, folder_->path(), *place, incomplete);
  if (!begun.ok()) return begun;
  auto status = BackUpInto(files, incomplete);
  if (status.ok()) status = EndBackup(files, *place, incomplete);
  if (!status.ok()) RemoveTree(files, incomplete).IgnoreError();
  return status;
}

absl::Status LocalEngine::BackUpInto(io::FileSystem& files, const std::string& folder) {
  FolderCheckpoints checkpoints;
  if (auto status = BackUpLogs(files, folder, checkpoints); !status.ok()) return status;
  const auto catalogue = catalogue_->Contents();
  if (!catalogue.ok()) return catalogue.status();
  auto status = io::ReplaceSmallFile(files, folder + "/" + kCatalogueFile, *catalogue);
  const auto write = [&](const char* name, const log::OffsetCheckpoint& offsets) {
    if (status.ok()) status = log::WriteOffsetCheckpoint(files, folder + "/" + name, offsets);
  };
  write(log::kRecoveryPointCheckpoint, *checkpoints.recovery_points);
  write(log::kLogStartCheckpoint, *checkpoints.log_starts);
  write(log::kHighWatermarkCheckpoint, *checkpoints.high_watermarks);
  if (!checkpoints.first_dirty->empty()) write(log::kCleanerCheckpoint, *checkpoints.first_dirty);
  if (!status.ok()) return status;
  return io::ReplaceSmallFile(files, folder + "/" + kMetaPropertiesFile,
                              FormatMetaProperties(properties()));
}

// The offsets of groups come first: a log that is looked at after them has all that they speak of.
absl::Status LocalEngine::BackUpLogs(io::FileSystem& files, const std::string& folder,
                                     FolderCheckpoints& checkpoints) {
  auto& recovered = checkpoints.recovery_points.emplace();
  auto& started = checkpoints.log_starts.emplace();
  auto& shown = checkpoints.high_watermarks.emplace();
  auto& compacted = checkpoints.first_dirty.emplace();
  auto all = topics(/*include_internal=*/true);
  std::stable_partition(all.begin(), all.end(),
                        [](const auto& topic) { return topic->is_internal(); });
  for (const auto& topic : all) {
    for (const auto& partition : topic->partitions()) {
      if (!partition->WasUsed()) continue;
      const auto log = partition->OpenLog();
      if (!log.ok()) return log.status();
      const TopicPartition& name = partition->topic_partition();
      const auto cut =
          (*log)->Backup(files, folder + "/" + PartitionFolderName(name.topic, name.partition));
      if (!cut.ok()) return cut.status();
      recovered[name] = cut->recovery_point;
      shown[name] = cut->high_watermark;
      if (cut->log_start_offset > 0) started[name] = cut->log_start_offset;
      if (cut->first_dirty_offset >= 0) compacted[name] = cut->first_dirty_offset;
    }
  }
  return absl::OkStatus();
}

}  // namespace rill::engine
