#include "io/real_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "io/file_descriptor.h"
#include "io/lock_holder.h"
#include "io/real_file.h"
#include "io/system_error.h"
#include "rill/error.h"

namespace rill::io {
namespace {

// 0666 and 0777: the process's umask decides, as for every other program.
constexpr mode_t kFileMode = 0666;
constexpr mode_t kFolderMode = 0777;

int OpenFlags(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY;
    case OpenMode::kReadWrite:
      return O_RDWR;
    case OpenMode::kCreate:
      return O_RDWR | O_CREAT;
    case OpenMode::kCreateNew:
      return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

FileDescriptor OpenDescriptor(const std::string& path, int flags) {
  return FileDescriptor(RetryOnSignal(
      [&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, kFileMode); }));
}

class RealFileLock final : public FileLock {
 public:
  RealFileLock(FileDescriptor fd, std::string path, const struct stat& locked)
      : fd_(std::move(fd)), path_(std::move(path)), locked_(IdFrom(locked)) {}

  // The descriptor keeps the inode, so no other file can come by its number.
  absl::Status CheckInPlace() const override {
    struct stat now;
    if (::stat(path_.c_str(), &now) == 0 && IdFrom(now) == locked_) return absl::OkStatus();
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kKafkaStorageError,
                     fmt::format("{} is gone, or not the file that was locked: its folder was "
                                 "moved, removed or replaced, and what is there now may be "
                                 "somebody else's; put it back, or close the engine and open it "
                                 "where its folder is",
                                 path_));
  }

 private:
  const FileDescriptor fd_;
  const std::string path_;
  const FileId locked_;
};

absl::StatusOr<std::unique_ptr<FileLock>> TakeLock(const std::string& path, int flags, short type) {
  FileDescriptor fd = OpenDescriptor(path, flags);
  if (!fd.valid()) return SystemError(errno, "open lock file", path);
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  if (RetryOnSignal([&] { return ::fcntl(fd.get(), F_OFD_SETLK, &lock); }) == 0) {
    struct stat locked;
    if (::fstat(fd.get(), &locked) != 0) return SystemError(errno, "lock", path);
    return std::make_unique<RealFileLock>(std::move(fd), path, locked);
  }
  if (errno != EAGAIN && errno != EACCES) return SystemError(errno, "lock", path);
  return MakeError(
      absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
      fmt::format("cannot lock {}: it is held by {}", path, DescribeLockHolder(fd.get())));
}

class RealFileSystem final : public FileSystem {
 public:
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
  absl::StatusOr<LockHolder> HolderOf(const std::string& path) override;
  std::optional<DiskSpace> SpaceAt(const std::string& path) override;
  bool IsShared() const override { return true; }
  bool IsDurable() const override { return true; }
};

absl::StatusOr<std::unique_ptr<File>> RealFileSystem::Open(const std::string& path, OpenMode mode) {
  FileDescriptor fd = OpenDescriptor(path, OpenFlags(mode));
  if (!fd.valid())
    return SystemError(errno, mode == OpenMode::kCreateNew ? "create" : "open", path);
  struct stat info;
  if (::fstat(fd.get(), &info) != 0) return SystemError(errno, "open", path);
  // Reading is the one mode in which the system itself opens a folder.
  if (S_ISDIR(info.st_mode)) return SystemError(EISDIR, "open", path);
  if (!S_ISREG(info.st_mode)) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kKafkaStorageError,
                     fmt::format("cannot open {}: it is no regular file; move it away", path));
  }
  return NewRealFile(std::move(fd), path, mode != OpenMode::kRead);
}

void RealFileSystem::CacheZeros(const std::string& path, const FileId& mapped, std::uint64_t offset,
                                std::uint64_t length) {
  const FileDescriptor fd = OpenDescriptor(path, O_WRONLY);
  struct stat info;
  if (!fd.valid() || ::fstat(fd.get(), &info) != 0 || IdFrom(info) != mapped) return;
  CacheZerosOf(fd, offset, length);
}

absl::Status RealFileSystem::CreateDirectories(const std::string& path) {
  if (::mkdir(path.c_str(), kFolderMode) == 0) return absl::OkStatus();
  int error = errno;
  const std::size_t slash = path.find_last_not_of('/');
  const std::size_t end = path.rfind('/', slash);
  if (error == ENOENT && slash != std::string::npos && end != std::string::npos && end > 0) {
    if (auto above = CreateDirectories(path.substr(0, end)); !above.ok()) return above;
    if (::mkdir(path.c_str(), kFolderMode) == 0) return absl::OkStatus();
    error = errno;
  }
  if (error != EEXIST) return SystemError(error, "create folder", path);
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return SystemError(errno, "create folder", path);
  if (!S_ISDIR(info.st_mode)) return SystemError(ENOTDIR, "create folder", path);
  return absl::OkStatus();
}

absl::Status RealFileSystem::RemoveDirectory(const std::string& path) {
  if (::rmdir(path.c_str()) != 0) return SystemError(errno, "remove folder", path);
  return absl::OkStatus();
}

absl::Status RealFileSystem::Remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return SystemError(errno, "remove", path);
  return absl::OkStatus();
}

absl::Status RealFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::string operation = fmt::format("rename {} to", from);
  struct stat info;
  if (::stat(from.c_str(), &info) != 0) return SystemError(errno, operation, to);
  // rename() by itself would put a folder in the place of an empty one.
  if (S_ISDIR(info.st_mode)) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
      return absl::OkStatus();
    }
    // EINVAL: this file system does not know the flag (or `to` lies in `from`, as rename() will
    // say).
    if (errno != EINVAL) return SystemError(errno, operation, to);
    if (::stat(to.c_str(), &info) == 0) return SystemError(EEXIST, operation, to);
  }
  if (::rename(from.c_str(), to.c_str()) != 0) return SystemError(errno, operation, to);
  return absl::OkStatus();
}

absl::Status RealFileSystem::Link(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return SystemError(errno, fmt::format("link {} to", from), to);
}

absl::StatusOr<std::uint64_t> RealFileSystem::LinkCount(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return SystemError(errno, "ask for the links of", path);
  if (S_ISDIR(info.st_mode)) return SystemError(EISDIR, "ask for the links of", path);
  return static_cast<std::uint64_t>(info.st_nlink);
}

absl::StatusOr<std::vector<DirectoryEntry>> RealFileSystem::List(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(path.c_str()), &::closedir);
  if (dir == nullptr) return SystemError(errno, "list", path);
  std::vector<DirectoryEntry> entries;
  while (true) {
    errno = 0;
    const dirent* const next = ::readdir(dir.get());
    if (next == nullptr) break;
    const std::string name = next->d_name;
    if (name == "." || name == "..") continue;
    struct stat info;
    if (::fstatat(::dirfd(dir.get()), next->d_name, &info, 0) != 0) {
      // Removed meanwhile, or a link to nothing or to itself.
      if (errno == ENOENT || errno == ELOOP) continue;
      return SystemError(errno, "list", path + "/" + name);
    }
    struct stat itself;
    const bool is_link =
        ::fstatat(::dirfd(dir.get()), next->d_name, &itself, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISLNK(itself.st_mode);
    const bool is_directory = S_ISDIR(info.st_mode);
    entries.push_back(
        {name, is_directory, is_directory ? 0 : static_cast<std::uint64_t>(info.st_size), is_link});
  }
  if (errno != 0) return SystemError(errno, "list", path);
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

absl::StatusOr<bool> RealFileSystem::Exists(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return SystemError(errno, "look for", path);
}

absl::StatusOr<std::uint64_t> RealFileSystem::FileSize(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return SystemError(errno, "ask for the size of", path);
  if (S_ISDIR(info.st_mode)) return SystemError(EISDIR, "ask for the size of", path);
  return static_cast<std::uint64_t>(info.st_size);
}

absl::StatusOr<std::optional<FileId>> RealFileSystem::IdOf(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) == 0) return IdFrom(info);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  return SystemError(errno, "look for", path);
}

std::optional<DiskSpace> RealFileSystem::SpaceAt(const std::string& path) {
  struct statvfs space;
  if (::statvfs(path.c_str(), &space) != 0) return std::nullopt;
  return DiskSpace{std::uint64_t{space.f_blocks} * space.f_frsize,
                   std::uint64_t{space.f_bavail} * space.f_frsize};
}

absl::Status RealFileSystem::SyncDirectory(const std::string& path) {
  const FileDescriptor fd = OpenDescriptor(path, O_RDONLY | O_DIRECTORY);
  if (!fd.valid()) return SystemError(errno, "open folder", path);
  if (RetryOnSignal([&] { return ::fsync(fd.get()); }) == 0) return absl::OkStatus();
  const absl::Status failed = SystemError(errno, "sync folder", path);
  if (!absl::IsResourceExhausted(failed)) return failed;
  return MakeError(absl::StatusCode::kDataLoss, GetErrorCode(failed),
                   std::string(failed.message()));
}

// Java's FileChannel.lock(), which Kafka calls, is a POSIX record lock: one kind with the locks
// here, except that it belongs to a process, so that two engines of one process would both get it,
// and closing any descriptor of the file would drop it. A lock of an open file description has
// neither fault and conflicts with POSIX locks all the same.
absl::StatusOr<std::unique_ptr<FileLock>> RealFileSystem::Lock(const std::string& path) {
  return TakeLock(path, O_RDWR | O_CREAT, F_WRLCK);
}

absl::StatusOr<std::unique_ptr<FileLock>> RealFileSystem::LockShared(const std::string& path) {
  return TakeLock(path, O_RDONLY, F_RDLCK);
}

// Asks whether a shared lock could be had, which an exclusive one alone keeps from it. One like
// ours is shown with the process -1.
absl::StatusOr<LockHolder> RealFileSystem::HolderOf(const std::string& path) {
  const FileDescriptor fd = OpenDescriptor(path, O_RDONLY);
  if (!fd.valid() && errno == ENOENT) return LockHolder::kNobody;
  if (!fd.valid()) return SystemError(errno, "open lock file", path);
  struct flock lock = {};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(fd.get(), F_OFD_GETLK, &lock) != 0) return SystemError(errno, "ask for", path);
  if (lock.l_type != F_WRLCK) return LockHolder::kNobody;
  return lock.l_pid == -1 ? LockHolder::kOurs : LockHolder::kPosix;
}

}  // namespace

std::unique_ptr<FileSystem> NewRealFileSystem() { return std::make_unique<RealFileSystem>(); }

}  // namespace rill::io
