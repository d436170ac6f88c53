#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "base/budget.h"
#include "io/file_system.h"

namespace rill::io {

struct FileLimits {
  std::uint64_t max_disk_bytes = base::Budget::kUnlimited;
  std::uint64_t max_open_files = base::Budget::kUnlimited;
};

// What the files and mappings of a LimitedFileSystem use now. Shared by the file system, its files
// and its mappings, whichever lives longest.
struct FileUse {
  explicit FileUse(const FileLimits& limits)
      : disk_bytes("Options::max_disk_bytes", limits.max_disk_bytes),
        open_files("Options::max_open_files", limits.max_open_files) {}

  base::Budget disk_bytes;
  base::Budget open_files;
  std::atomic<std::uint64_t> mapped_bytes = 0;
  std::atomic<std::uint64_t> mappings = 0;
};

// Another file system within the guest's budget: growing a file or opening one more than the limits
// allow is ResourceExhausted and names the option, its value and what is in use; nothing has been
// done then.
//
// Files count with their sizes. What a file grows by through WriteAt, Truncate or Allocate is taken
// from the budget; what it is cut by, and all of it when it is removed or replaced, is given back.
// Each name of a file counts. Files that were there before count from the moment that Charge tells
// their size. Locks count as open files, mappings do not.
//
// While a lock that Lock gave lives, nothing is changed by name once its path leads elsewhere
// (FileLock::CheckInPlace): what is there may be somebody else's.
class LimitedFileSystem final : public FileSystem {
 public:
  // `base` must outlive this. The files and mappings that this gives may outlive it, as far as
  // those of `base` do.
  LimitedFileSystem(FileSystem* base, const FileLimits& limits);
  ~LimitedFileSystem() override;

  // Counts `bytes` of files that were there before, even past the limit.
  void Charge(std::uint64_t bytes) { use_->disk_bytes.Charge(bytes); }

  // Whether the path of the lock that Lock gave last still leads to it: FailedPrecondition
  // (KAFKA_STORAGE_ERROR) where it does not. OK where that lock is gone.
  absl::Status CheckLockInPlace() const;

  std::uint64_t used_bytes() const { return use_->disk_bytes.used(); }
  std::uint64_t max_bytes() const { return use_->disk_bytes.cap(); }
  std::uint64_t open_files() const { return use_->open_files.used(); }
  std::uint64_t max_open_files() const { return use_->open_files.cap(); }
  std::uint64_t mapped_bytes() const { return use_->mapped_bytes.load(std::memory_order_relaxed); }
  std::uint64_t mappings() const { return use_->mappings.load(std::memory_order_relaxed); }

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  absl::Status CreateDirectories(const std::string& path) override;
  absl::Status RemoveDirectory(const std::string& path) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Link(const std::string& from, const std::string& to) override;
  absl::StatusOr<std::uint64_t> LinkCount(const std::string& path) override;
  absl::StatusOr<std::vector<DirectoryEntry>> List(const std::string& path) override;
  absl::StatusOr<bool> Exists(const std::string& path) override;
  absl::StatusOr<std::uint64_t> FileSize(const std::string& path) override;
  absl::StatusOr<std::optional<FileId>> IdOf(const std::string& path) override;
  void CacheZeros(const std::string& path, const FileId& mapped, std::uint64_t offset,
                  std::uint64_t length) override;
  absl::Status SyncDirectory(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<FileLock>> LockShared(const std::string& path) override;
  absl::StatusOr<LockHolder> HolderOf(const std::string& path) override {
    return base_->HolderOf(path);
  }
  std::optional<DiskSpace> SpaceAt(const std::string& path) override {
    return base_->SpaceAt(path);
  }
  bool IsShared() const override { return base_->IsShared(); }
  bool IsDurable() const override { return base_->IsDurable(); }

 private:
  struct OpenedFile;
  class LimitedFile;
  class LimitedMapping;

  class LimitedLock;
  // The lock that `take` takes, with its descriptor counted.
  absl::StatusOr<std::unique_ptr<LimitedLock>> Counted(
      const std::string& path,
      const std::function<absl::StatusOr<std::unique_ptr<FileLock>>()>& take);
  // To be asked before a change of what is found at `path`.
  absl::Status CheckMayChange(const std::string& path) const;

  std::shared_ptr<OpenedFile> Opened(const std::string& path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Forget(const std::string& path, std::uint64_t size) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Rekey(const std::string& from, const std::string& to) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  FileSystem* const base_;
  const std::shared_ptr<FileUse> use_;
  mutable absl::Mutex held_mutex_;
  std::weak_ptr<FileLock> held_ ABSL_GUARDED_BY(held_mutex_);  // what Lock gave last
  // Which handles show one file, by its present path, so that they count it once.
  absl::Mutex mu_;
  absl::flat_hash_map<std::string, std::weak_ptr<OpenedFile>> opened_ ABSL_GUARDED_BY(mu_);
  static constexpr std::size_t kLeastSweep = 64;
  std::size_t sweep_at_ ABSL_GUARDED_BY(mu_) = kLeastSweep;
};

}  // namespace rill::io
