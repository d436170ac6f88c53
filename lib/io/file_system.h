#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rill::io {

// The one seam over the operating system's files and mappings. Everything above floor 2 reaches
// storage through it: RealFileSystem for folders, MemoryFileSystem for "mem:", FaultyFileSystem for
// tests, LimitedFileSystem around any of them for the guest's budget.
//
// Calls here are for the slow path: a hot path stores to and loads from mapped memory directly.
//
// Errors name the operation, the path, the system's reason and, where there is one, the way out.
// Kinds: NotFound, AlreadyExists, PermissionDenied (also a read-only file system),
// ResourceExhausted (disk full, quota, descriptors, memory, a budget), FailedPrecondition (a folder
// that is not empty, a file where a folder is needed or the other way round, a lock that is held),
// InvalidArgument (a name that cannot be one, an empty mapping), DataLoss (EIO), Internal for the
// rest. PermissionDenied, FailedPrecondition of the system's, DataLoss and Internal carry
// ErrorCode::kKafkaStorageError.

enum class OpenMode {
  kRead,       // must exist
  kReadWrite,  // must exist
  kCreate,     // made when missing; read and write
  kCreateNew,  // must not exist; read and write
};

enum class MapMode { kRead, kReadWrite };

// Which file it is, whatever its names: no other has it as long as somebody has the file open or
// mapped. Where nobody else can come to the files, all are alike.
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend bool operator==(const FileId&, const FileId&) = default;
};

// A stretch of memory that shows a file from its start. Unmapped on destruction. Loads and stores
// below the file's size go to the file's pages, shared with every other mapping, reader and writer
// of it; touching bytes past the file's size is undefined (SIGBUS for real files), though the
// mapping may reach there, so that a file can grow under a mapping that never moves. Storing
// through a MapMode::kRead mapping is undefined.
class Mapping {
 public:
  virtual ~Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  char* data() const { return data_; }
  std::size_t size() const { return size_; }

  // Makes the pages of [offset, offset + length) present for writing, so that stores there do not
  // fault. An optimisation: what cannot be done (past the file's size, in a kRead mapping, on a
  // kernel before 5.14) is left undone. Thread-safe.
  virtual void Populate(std::size_t offset, std::size_t length) = 0;

  // As File::Sync of the file that it shows, as far as the mapping reaches, without a descriptor.
  virtual absl::Status Sync() = 0;

  // Of the file that it shows, whatever its names are by now.
  virtual FileId file_id() const { return FileId(); }

 protected:
  Mapping(char* data, std::size_t size) : data_(data), size_(size) {}

 private:
  char* data_;
  std::size_t size_;
};

// An open file. Closed on destruction; mappings outlive it. Thread-safe.
class File {
 public:
  virtual ~File() = default;

  virtual const std::string& path() const = 0;

  // Reads up to `size` bytes at `offset`; fewer only at the end of the file.
  virtual absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, char* out, std::size_t size) = 0;
  // Writes all of `bytes`, growing the file as needed.
  virtual absl::Status WriteAt(std::uint64_t offset, std::string_view bytes) = 0;

  virtual absl::StatusOr<std::uint64_t> Size() = 0;
  virtual absl::StatusOr<FileId> Id() { return FileId(); }

  // Cuts the file, or extends it with zeros that take no space yet.
  virtual absl::Status Truncate(std::uint64_t size) = 0;

  // Extends the file to `size` bytes; the bytes added are zeros whose space is reserved, so that
  // later stores through a mapping cannot fail for want of it. (What Truncate added before is not
  // made up for.) Never shrinks. On an error the file is as long as before.
  virtual absl::Status Allocate(std::uint64_t size) = 0;

  // Puts the pages of [offset, offset + length), which Allocate added and nobody has stored to yet,
  // into the system's cache, where Mapping::Populate finds them. An optimisation, for whom a fault
  // is dearer than a write: what cannot be done, or is of no use, is left undone.
  virtual void CacheZeros(std::uint64_t /*offset*/, std::uint64_t /*length*/) {}

  // Returns once the data (and the size) of the file would survive a power cut (fdatasync), stores
  // through mappings included. After an error nothing may be assumed of what was written since the
  // last success.
  virtual absl::Status Sync() = 0;

  // For calls of the system's that take one, as sendfile; -1 where there is none, as in memory, or
  // nothing may go past this. It stays the file's.
  virtual int descriptor() const { return -1; }

  // Maps the first `length` bytes, at least 1; `length` may pass the file's size (see Mapping).
  virtual absl::StatusOr<std::unique_ptr<Mapping>> Map(std::size_t length, MapMode mode) = 0;
};

// Held as long as the object lives.
class FileLock {
 public:
  virtual ~FileLock() = default;

  // FailedPrecondition when its path no longer leads to the file that is locked: the file, or a
  // folder above it, was moved, removed or replaced, and somebody else may have locked what is
  // there now. Thread-safe.
  virtual absl::Status CheckInPlace() const { return absl::OkStatus(); }
};

// Who holds an exclusive lock: somebody whom Lock gave it, or a process with a POSIX lock, which is
// what Java takes, and so a broker of Kafka's.
enum class LockHolder { kNobody, kOurs, kPosix };

struct DirectoryEntry {
  std::string name;
  bool is_directory = false;
  std::uint64_t size = 0;  // of a file, in bytes
  bool is_link = false;    // a symbolic link; what it leads to is told of
};

// Of what a folder is on, in bytes.
struct DiskSpace {
  std::uint64_t total = 0;
  std::uint64_t usable = 0;  // by this user
};

// Paths are the operating system's. Thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) = 0;

  // The folder, with those above it that are missing. OK when it is there already.
  virtual absl::Status CreateDirectories(const std::string& path) = 0;
  // An empty folder.
  virtual absl::Status RemoveDirectory(const std::string& path) = 0;
  // A file. Open files and mappings of it stay valid.
  virtual absl::Status Remove(const std::string& path) = 0;
  // Atomically; a file replaces a file at `to`. Folders are renamed too, to a free name only:
  // AlreadyExists when it is not.
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  // Gives a file another name, `to`, in a folder that is there: one file then, with one content,
  // which lives until its last name is removed. AlreadyExists when `to` is there;
  // FailedPrecondition on two file systems; PermissionDenied on one that has no such links, and
  // where the system lets a user link only what is his.
  virtual absl::Status Link(const std::string& from, const std::string& to) = 0;
  // How many names a file has.
  virtual absl::StatusOr<std::uint64_t> LinkCount(const std::string& path) = 0;
  // Entries without "." and "..", in order of name.
  virtual absl::StatusOr<std::vector<DirectoryEntry>> List(const std::string& path) = 0;
  virtual absl::StatusOr<bool> Exists(const std::string& path) = 0;
  // Of a file, in bytes, without opening it.
  virtual absl::StatusOr<std::uint64_t> FileSize(const std::string& path) = 0;
  // Of the file that is there, without opening it; none when there is nothing.
  virtual absl::StatusOr<std::optional<FileId>> IdOf(const std::string& path) {
    const auto there = Exists(path);
    if (!there.ok()) return there.status();
    return *there ? std::optional<FileId>(FileId()) : std::nullopt;
  }
  // File::CacheZeros for who holds a mapping and no descriptor, again and again: opens the file for
  // it, where there is anything to do and it still is the one that is mapped.
  virtual void CacheZeros(const std::string& path, const FileId& mapped, std::uint64_t offset,
                          std::uint64_t length) {
    auto file = Open(path, OpenMode::kReadWrite);
    if (!file.ok()) return;
    if (const auto found = (*file)->Id(); found.ok() && *found == mapped) {
      (*file)->CacheZeros(offset, length);
    }
  }
  // Returns once creations, removals and renames in the folder would survive a power cut.
  virtual absl::Status SyncDirectory(const std::string& path) = 0;

  // Takes the exclusive lock that Kafka takes on its ".lock" files, making the file (empty) when it
  // is missing: Kafka sees it, and it is held against other engines of this process too.
  // FailedPrecondition, with who holds it as far as the system tells (a process id), when it is
  // held.
  virtual absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;

  // Takes a lock on a file that is there which keeps the exclusive one from being taken, not other
  // shared ones. Writes nothing, so it works where only reading is allowed. NotFound when the file
  // is missing; FailedPrecondition, with who holds it, when the exclusive lock is held.
  virtual absl::StatusOr<std::unique_ptr<FileLock>> LockShared(const std::string& path) = 0;

  // Who, this process too, holds the exclusive lock on the file. Takes none, writes nothing. Nobody
  // where the file is missing.
  virtual absl::StatusOr<LockHolder> HolderOf(const std::string& path) = 0;
  // Whether anybody does.
  absl::StatusOr<bool> IsLocked(const std::string& path) {
    const auto holder = HolderOf(path);
    if (!holder.ok()) return holder.status();
    return *holder != LockHolder::kNobody;
  }

  // The room where the folder is; nothing where it is not known, or means nothing.
  virtual std::optional<DiskSpace> SpaceAt(const std::string& /*path*/) { return std::nullopt; }

  // Whether other processes see these files, and share their mappings.
  virtual bool IsShared() const = 0;

  // Whether mappings of this file system hold what a process stored after that process is killed.
  virtual bool IsDurable() const = 0;
};

}  // namespace rill::io
