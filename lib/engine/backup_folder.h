#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/engine_environment.h"
#include "io/file_system.h"

namespace rill::engine {

// Where a backup of the engine's folder is to be. FailedPrecondition for an engine without files;
// InvalidArgument for what is no path of a folder, and for a place in the engine's own folder,
// whatever links lead there.
absl::StatusOr<std::string> BackupPlace(const EngineEnvironment& environment,
                                        const std::string& to);

// The folder "<to>.incomplete" in which a backup is made, and which gets its name when all of it is
// on disk. Until then a file in it, the mark, keeps it from being opened, and a lock keeps others
// from making a backup of the same name, in this process and in others. Removed on destruction but
// after End. Not thread-safe.
class BackupFolder {
 public:
  // `own` is the engine's folder, `to` an absolute path. What a process left that died in a backup
  // is removed first; nothing else of that name is touched. AlreadyExists where `to` is there, or
  // another backup of that name is being made; FailedPrecondition where there can be no links from
  // the one to the other. `files` must outlive this.
  static absl::StatusOr<std::unique_ptr<BackupFolder>> Begin(io::FileSystem& files,
                                                             const std::string& own,
                                                             const std::string& to);
  ~BackupFolder();
  BackupFolder(const BackupFolder&) = delete;
  BackupFolder& operator=(const BackupFolder&) = delete;

  const std::string& path() const { return incomplete_; }

  // Everything is in it and synced: gives it its name, for good. After an error there is no backup,
  // as far as the status does not say what is there.
  absl::Status End();

  // What was made, once nobody needs it. OK where nothing is there.
  absl::Status TakeBack();

 private:
  BackupFolder(io::FileSystem& files, std::string own, std::string to);

  absl::Status CheckNameFree() const;
  absl::Status CheckFree() const;
  absl::Status InUse() const;
  absl::Status Lock();
  absl::Status GiveUp(const absl::Status& why);
  absl::Status Mark();
  absl::Status RemoveContents();
  absl::Status RemoveMark();

  io::FileSystem& files_;
  const std::string own_;
  const std::string to_;
  const std::string incomplete_;
  std::unique_ptr<io::FileLock> lock_;  // null: this has nothing to remove
};

}  // namespace rill::engine
