#include "engine/backup_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "engine/data_folder.h"
#include "engine/meta_properties.h"
#include "engine/where.h"
#include "fmt/format.h"
#include "io/path.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

namespace fs = std::filesystem;

constexpr char kIncompleteSuffix[] = ".incomplete";

absl::Status Taken(const std::string& message) {
  return MakeError(absl::StatusCode::kAlreadyExists, ErrorCode::kUnknownServerError, message);
}

// Whether `path` is `own` or below it, by the names alone.
bool IsNamedBelow(const std::string& path, const std::string& own) {
  return path == own || path.starts_with(own == "/" ? own : own + "/");
}

// The same by what the names lead to: links, and folders that are mounted in two places.
bool LeadsBelow(const std::string& path, const std::string& own) {
  std::error_code ignored;  // what cannot be looked at is found out by making the folder
  fs::path at = fs::weakly_canonical(path, ignored);
  for (; !at.empty(); at = at.parent_path()) {
    if (fs::equivalent(at, own, ignored)) return true;
    if (at == at.root_path()) return false;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::string> BackupPlace(const EngineEnvironment& environment,
                                        const std::string& to) {
  if (environment.directory() == kMemory) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                     "topics in memory have no files to make a backup of");
  }
  if (to.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kUnknownServerError,
                     "an empty word names no folder for a backup: give the path of one that is not "
                     "there yet");
  }
  auto place = CheckWhere(to);
  if (place.ok() && *place != kMemory && environment.is_real()) place = AbsoluteFolder(*place);
  if (!place.ok()) return place;
  if (*place == kMemory) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kUnknownServerError,
                     "a backup is files: give the path of a folder that is not there yet, not "
                     "\"mem:\"");
  }
  const std::string path = io::NormalPath(*place);
  const std::string own = io::NormalPath(environment.directory());
  const bool is_below = IsNamedBelow(path, own) || (environment.is_real() && LeadsBelow(path, own));
  if (!is_below) return path;
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kUnknownServerError,
                   fmt::format("a backup of {} cannot be made in {}, which is in it; give another "
                               "folder, on the same file system",
                               own, to));
}

BackupFolder::BackupFolder(io::FileSystem& files, std::string own, std::string to)
    : files_(files),
      own_(std::move(own)),
      to_(std::move(to)),
      incomplete_(to_ + kIncompleteSuffix) {}

BackupFolder::~BackupFolder() { TakeBack().IgnoreError(); }

// What is in the folder is for whoever has its lock: of two that begin at once, one.
absl::StatusOr<std::unique_ptr<BackupFolder>> BackupFolder::Begin(io::FileSystem& files,
                                                                  const std::string& own,
                                                                  const std::string& to) {
  std::unique_ptr<BackupFolder> folder(new BackupFolder(files, own, to));
  if (auto free = folder->CheckFree(); !free.ok()) return free;
  if (auto made = files.CreateDirectories(folder->incomplete_); !made.ok()) return made;
  if (auto locked = folder->Lock(); !locked.ok()) {
    return absl::IsAlreadyExists(locked) ? locked : folder->GiveUp(locked);
  }
  // Another one of that name may have ended since.
  auto status = folder->CheckNameFree();
  if (status.ok()) status = folder->RemoveContents();
  if (status.ok()) status = folder->Mark();
  if (status.ok()) status = files.SyncDirectory(folder->incomplete_);
  if (!status.ok()) return status;
  return folder;
}

absl::Status BackupFolder::CheckNameFree() const {
  const auto taken = files_.Exists(to_);
  if (!taken.ok() || !*taken) return taken.status();
  return Taken(fmt::format("{} is there already; give a backup a new name", to_));
}

// The name, and "<to>.incomplete" but for what a process left that died in a backup.
absl::Status BackupFolder::CheckFree() const {
  if (auto free = CheckNameFree(); !free.ok()) return free;
  const auto entries = files_.List(incomplete_);
  if (absl::IsNotFound(entries.status())) return absl::OkStatus();
  if (!entries.ok()) return entries.status();
  const auto is_locked = files_.IsLocked(incomplete_ + "/" + kLockFile);
  if (!is_locked.ok()) return is_locked.status();
  if (*is_locked) return InUse();
  const auto is_mark = [](const auto& entry) { return entry.name == kIncompleteBackupFile; };
  const auto is_lock = [](const auto& entry) { return entry.name == kLockFile; };
  const bool has_mark = std::any_of(entries->begin(), entries->end(), is_mark);
  if (has_mark || std::all_of(entries->begin(), entries->end(), is_lock)) return absl::OkStatus();
  return Taken(
      fmt::format("{} is there already, where the backup would be made: remove it, or "
                  "give the backup another name",
                  incomplete_));
}

absl::Status BackupFolder::InUse() const {
  return Taken(
      fmt::format("{} is in use: another backup of that name is being made; wait until "
                  "it has ended, or give this one another name",
                  incomplete_));
}

absl::Status BackupFolder::Lock() {
  auto lock = files_.Lock(incomplete_ + "/" + kLockFile);
  // Whoever had it may have ended just now, and renamed or removed the folder.
  const bool is_gone =
      absl::IsNotFound(lock.status()) || (lock.ok() && !(*lock)->CheckInPlace().ok());
  if (is_gone || absl::IsFailedPrecondition(lock.status())) return InUse();
  if (!lock.ok()) return lock.status();
  lock_ = *std::move(lock);
  return absl::OkStatus();
}

// The folder goes where nobody has put anything into it, by the lock that was to be made at least.
absl::Status BackupFolder::GiveUp(const absl::Status& why) {
  if (files_.RemoveDirectory(incomplete_).ok()) return why;
  return MakeError(why.code(), GetErrorCode(why),
                   fmt::format("{}; {} is left of the backup, unless it is another's: the next "
                               "backup of that name removes it",
                               std::string(why.message()), incomplete_));
}

// A link to one of the engine's files, so that where there can be none it is known at once.
absl::Status BackupFolder::Mark() {
  auto linked =
      files_.Link(own_ + "/" + kMetaPropertiesFile, incomplete_ + "/" + kIncompleteBackupFile);
  if (linked.ok() || absl::IsAlreadyExists(linked)) return absl::OkStatus();
  if (!absl::IsFailedPrecondition(linked) && !absl::IsPermissionDenied(linked)) return linked;
  return MakeError(absl::StatusCode::kFailedPrecondition, GetErrorCode(linked),
                   fmt::format("a backup of {} has to be on the same file system, which has to "
                               "have hard links: make it there, and copy it to where you want "
                               "it ({})",
                               own_, std::string(linked.message())));
}

// Before the rename a failure takes everything back. After it, too, by the rename the other way:
// whoever is told that there is no backup finds none, unless the storage keeps it from being
// removed, of which the status tells.
absl::Status BackupFolder::End() {
  auto status = files_.SyncDirectory(incomplete_);
  if (status.ok()) status = files_.Remove(incomplete_ + "/" + kIncompleteBackupFile);
  if (status.ok()) status = files_.SyncDirectory(incomplete_);
  if (status.ok()) status = files_.Rename(incomplete_, to_);
  if (!status.ok()) return status;
  status = SyncAncestors(files_, to_);
  if (status.ok()) {
    // The file stays, as any engine leaves it: somebody may have it open already, to lock it.
    lock_ = nullptr;
    return status;
  }
  if (files_.Rename(to_, incomplete_).ok()) return status;
  lock_ = nullptr;
  return MakeError(status.code(), GetErrorCode(status),
                   fmt::format("{} is there and is a whole backup, but a power cut may take it "
                               "away: {}",
                               to_, std::string(status.message())));
}

// Marked again where it was whole but for its name; and the mark goes last: whenever this ends,
// what is left is not taken for a backup unless it is a whole one. Where there can be no mark there
// is nothing yet but the lock.
absl::Status BackupFolder::TakeBack() {
  if (lock_ == nullptr) return absl::OkStatus();
  auto status = Mark();
  if (status.ok()) status = RemoveContents();
  files_.Remove(incomplete_ + "/" + kLockFile).IgnoreError();
  if (status.ok()) {
    status = RemoveMark();
  } else {
    files_.RemoveDirectory(incomplete_).IgnoreError();
  }
  lock_ = nullptr;
  return status;
}

absl::Status BackupFolder::RemoveMark() {
  auto status = files_.Remove(incomplete_ + "/" + kIncompleteBackupFile);
  return status.ok() ? files_.RemoveDirectory(incomplete_) : status;
}

// All but the mark and the lock.
absl::Status BackupFolder::RemoveContents() {
  const auto entries = files_.List(incomplete_);
  if (!entries.ok()) return entries.status();
  for (const io::DirectoryEntry& entry : *entries) {
    if (entry.name == kIncompleteBackupFile || entry.name == kLockFile) continue;
    const std::string path = incomplete_ + "/" + entry.name;
    const bool is_tree = entry.is_directory && !entry.is_link;
    auto removed = is_tree ? RemoveTree(files_, path) : files_.Remove(path);
    if (!removed.ok()) return removed;
  }
  return absl::OkStatus();
}

}  // namespace rill::engine
