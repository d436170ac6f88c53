#include "io/real_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "io/page.h"
#include "io/system_error.h"

namespace rill::io {
namespace {

class RealMapping final : public Mapping {
 public:
  RealMapping(char* data, std::size_t size, std::string path, const FileId& file_id)
      : Mapping(data, size), path_(std::move(path)), file_id_(file_id) {}
  ~RealMapping() override { ::munmap(data(), size()); }

  void Populate(std::size_t offset, std::size_t length) override {
    PopulatePages(data(), size(), offset, length);
  }
  // On Linux msync(MS_SYNC) is fdatasync through the file that the mapping holds: it also waits for
  // what was written otherwise, commits the size, and tells of each failed write since the file was
  // mapped.
  absl::Status Sync() override {
    if (RetryOnSignal([&] { return ::msync(data(), size(), MS_SYNC); }) != 0) {
      return SystemError(errno, "sync", path_);
    }
    return absl::OkStatus();
  }
  FileId file_id() const override { return file_id_; }

 private:
  const std::string path_;  // of when it was mapped
  const FileId file_id_;
};

class RealFile final : public File {
 public:
  RealFile(FileDescriptor fd, std::string path, bool writable)
      : fd_(std::move(fd)), path_(std::move(path)), writable_(writable) {}

  const std::string& path() const override { return path_; }
  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, char* out, std::size_t size) override;
  absl::Status WriteAt(std::uint64_t offset, std::string_view bytes) override;
  absl::StatusOr<std::uint64_t> Size() override;
  absl::StatusOr<FileId> Id() override;
  absl::Status Truncate(std::uint64_t size) override;
  absl::Status Allocate(std::uint64_t size) override;
  void CacheZeros(std::uint64_t offset, std::uint64_t length) override {
    CacheZerosOf(fd_, offset, length);
  }
  absl::Status Sync() override;
  int descriptor() const override { return fd_.get(); }
  absl::StatusOr<std::unique_ptr<Mapping>> Map(std::size_t length, MapMode mode) override;

 private:
  int WriteAll(std::uint64_t offset, std::string_view bytes);
  int Reserve(std::uint64_t from, std::uint64_t to);
  int WriteZeros(std::uint64_t from, std::uint64_t to);

  const FileDescriptor fd_;
  const std::string path_;
  const bool writable_;
  // Two that extend the file at once would each take what the other added for their own to give up.
  absl::Mutex extend_;
};

absl::StatusOr<std::size_t> RealFile::ReadAt(std::uint64_t offset, char* out, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = RetryOnSignal([&] {
      return ::pread(fd_.get(), out + done, size - done, static_cast<off_t>(offset + done));
    });
    if (got < 0) return SystemError(errno, "read", path_);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

absl::Status RealFile::WriteAt(std::uint64_t offset, std::string_view bytes) {
  if (const int error = WriteAll(offset, bytes); error != 0) {
    return SystemError(error, "write to", path_);
  }
  return absl::OkStatus();
}

int RealFile::WriteAll(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = RetryOnSignal([&] {
      return ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    });
    if (put < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return 0;
}

absl::StatusOr<std::uint64_t> RealFile::Size() {
  struct stat info;
  if (::fstat(fd_.get(), &info) != 0) return SystemError(errno, "ask for the size of", path_);
  return static_cast<std::uint64_t>(info.st_size);
}

absl::StatusOr<FileId> RealFile::Id() {
  struct stat info;
  if (::fstat(fd_.get(), &info) != 0) return SystemError(errno, "look at", path_);
  return IdFrom(info);
}

absl::Status RealFile::Truncate(std::uint64_t size) {
  // Of itself the system would call the size invalid.
  if (!writable_) return SystemError(EBADF, "truncate", path_);
  const int result =
      RetryOnSignal([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); });
  if (result != 0) return SystemError(errno, "truncate", path_);
  return absl::OkStatus();
}

absl::Status RealFile::Allocate(std::uint64_t size) {
  if (!writable_) return SystemError(EBADF, "reserve space in", path_);
  absl::MutexLock lock(&extend_);
  auto before = Size();
  if (!before.ok()) return before.status();
  if (size <= *before) return absl::OkStatus();
  const int error = Reserve(*before, size);
  if (error == 0) return absl::OkStatus();
  // A reservation that failed half-way has extended the file by what it got (ext4 does).
  if (auto cut = Truncate(*before); !cut.ok()) return cut;
  return SystemError(error, "reserve space in", path_);
}

int RealFile::Reserve(std::uint64_t from, std::uint64_t to) {
  const int result = RetryOnSignal([&] {
    return ::fallocate(fd_.get(), 0, static_cast<off_t>(from), static_cast<off_t>(to - from));
  });
  if (result == 0) return 0;
  return errno == EOPNOTSUPP ? WriteZeros(from, to) : errno;
}

int RealFile::WriteZeros(std::uint64_t from, std::uint64_t to) {
  constexpr std::uint64_t kChunk = 256 * 1024;
  const std::vector<char> zeros(std::min(kChunk, to - from));
  while (from < to) {
    const std::size_t size = std::min<std::uint64_t>(zeros.size(), to - from);
    if (const int error = WriteAll(from, {zeros.data(), size}); error != 0) return error;
    from += size;
  }
  return 0;
}

// They are zeros already. A fault would have the system read around it, for as much as the disk's
// read_ahead_kb says: with 8 MiB of that, an append in some thousand took a millisecond.
// On Linux a page that was stored to through a shared mapping is dirty in the page cache like any
// other, and fdatasync writes it: no msync is needed.
absl::Status RealFile::Sync() {
  if (RetryOnSignal([&] { return ::fdatasync(fd_.get()); }) != 0) {
    return SystemError(errno, "sync", path_);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Mapping>> RealFile::Map(std::size_t length, MapMode mode) {
  const auto id = Id();
  if (!id.ok()) return id.status();
  const int protection = mode == MapMode::kRead ? PROT_READ : PROT_READ | PROT_WRITE;
  void* const at = ::mmap(nullptr, length, protection, MAP_SHARED, fd_.get(), 0);
  if (at == MAP_FAILED) return SystemError(errno, "map", path_);
  return std::make_unique<RealMapping>(static_cast<char*>(at), length, path_, *id);
}

}  // namespace

FileId IdFrom(const struct stat& info) { return {info.st_dev, info.st_ino}; }

void CacheZerosOf(const FileDescriptor& fd, std::uint64_t offset, std::uint64_t length) {
  static constexpr std::uint64_t kChunk = 16 * 1024;  // read again and again, so kept small
  static constexpr char kZeros[kChunk] = {};
  static constexpr int kChunks = 32;
  while (length > 0) {
    iovec chunks[kChunks];
    int count = 0;
    std::uint64_t size = 0;
    for (; count < kChunks && size < length; ++count) {
      chunks[count] = {const_cast<char*>(kZeros), std::min(kChunk, length - size)};
      size += chunks[count].iov_len;
    }
    const ssize_t put = ::pwritev(fd.get(), chunks, count, static_cast<off_t>(offset));
    if (put <= 0) return;  // the stores will fault, or tell
    offset += static_cast<std::uint64_t>(put);
    length -= static_cast<std::uint64_t>(put);
  }
}

std::unique_ptr<File> NewRealFile(FileDescriptor fd, std::string path, bool writable) {
  return std::make_unique<RealFile>(std::move(fd), std::move(path), writable);
}

}  // namespace rill::io
