// What only the operating system's files show: other processes, disks, permissions, limits.

#include "io/real_file_system.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "child_process.h"
#include "small_disk.h"
#include "temporary_folder.h"

using rill::io::LockHolder;
using rill::io::MapMode;
using rill::io::OpenMode;
using rill::test::CanRun;
using rill::test::InChild;
using rill::test::SmallDisk;
using rill::test::TemporaryFolder;

namespace {

// A child process that has done `prepare` and waits, until it is let go.
class WaitingChild {
 public:
  explicit WaitingChild(const std::function<void()>& prepare) {
    int ready[2], go[2];
    REQUIRE(::pipe(ready) == 0);
    REQUIRE(::pipe(go) == 0);
    pid_ = ::fork();
    char byte = 0;
    if (pid_ == 0) {
      ::close(go[1]);
      prepare();
      (void)!::write(ready[1], &byte, 1);
      (void)!::read(go[0], &byte, 1);
      ::_exit(0);
    }
    (void)!::read(ready[0], &byte, 1);
    for (const int fd : {ready[0], ready[1], go[0]}) ::close(fd);
    go_ = go[1];
  }
  ~WaitingChild() {
    ::close(go_);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  int go_ = 0;
};

bool Contains(const absl::Status& status, const std::string& text) {
  return std::string(status.message()).find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("A lock that another process holds is refused with its process id") {
  TemporaryFolder folder;
  auto fs = rill::io::NewRealFileSystem();
  const std::string path = folder.path() + "/.lock";
  {
    std::unique_ptr<rill::io::FileLock> lock;
    WaitingChild child([&] { lock = fs->Lock(path).value(); });
    const absl::Status status = fs->Lock(path).status();
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    CAPTURE(status.message());
    CHECK(Contains(status, "process " + std::to_string(child.pid()) + " ("));
    CHECK(Contains(status, path));
  }
  CHECK(fs->Lock(path).ok());
}

TEST_CASE("A POSIX lock as Java takes it excludes rill, and rill's excludes it") {
  TemporaryFolder folder;
  auto fs = rill::io::NewRealFileSystem();
  const std::string path = folder.path() + "/.lock";
  struct flock posix = {};
  posix.l_type = F_WRLCK;
  posix.l_whence = SEEK_SET;
  posix.l_len = std::numeric_limits<off_t>::max();
  const auto lock_as_java = [&] {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT, 0644);
    return ::fcntl(fd, F_SETLK, &posix) == 0;
  };
  {
    WaitingChild java([&] {
      if (!lock_as_java()) ::_exit(2);
    });
    const absl::Status status = fs->Lock(path).status();
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(Contains(status, "process " + std::to_string(java.pid()) + " ("));
    CHECK(fs->HolderOf(path).value() == LockHolder::kPosix);
  }
  CHECK(fs->HolderOf(path).value() == LockHolder::kNobody);
  auto lock = fs->Lock(path);
  REQUIRE(lock.ok());
  CHECK(fs->HolderOf(path).value() == LockHolder::kOurs);
  CHECK_FALSE(InChild(lock_as_java));
}

TEST_CASE("Files and locks are not inherited by programs that the process starts") {
  TemporaryFolder folder;
  auto fs = rill::io::NewRealFileSystem();
  auto file = fs->Open(folder.path() + "/f", OpenMode::kCreate).value();
  auto lock = fs->Lock(folder.path() + "/.lock").value();
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (!target.starts_with(folder.path())) continue;
    ++found;
    const int fd = std::stoi(entry.path().filename().string());
    CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK(found == 2);
}

TEST_CASE("Closing everything leaves no descriptor and no mapping behind") {
  const auto count = [](const char* path) {
    const auto entries = std::filesystem::directory_iterator(path);
    return std::distance(begin(entries), end(entries));
  };
  TemporaryFolder folder;
  const auto before = count("/proc/self/fd");
  {
    auto fs = rill::io::NewRealFileSystem();
    auto lock = fs->Lock(folder.path() + "/.lock").value();
    auto file = fs->Open(folder.path() + "/f", OpenMode::kCreate).value();
    REQUIRE(file->Allocate(100).ok());
    auto mapping = file->Map(100, MapMode::kReadWrite).value();
    REQUIRE(fs->SyncDirectory(folder.path()).ok());
    CHECK(fs->List(folder.path()).value().size() == 2);
    CHECK_FALSE(fs->Lock(folder.path() + "/.lock").ok());
    CHECK(count("/proc/self/fd") == before + 2);
  }
  CHECK(count("/proc/self/fd") == before);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) CHECK(line.find(folder.path()) == line.npos);
}

TEST_CASE("A process that ran out of descriptors is told the limit to raise") {
  TemporaryFolder folder;
  CHECK(InChild([&] {
    const rlimit limit = {32, 32};
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
    auto fs = rill::io::NewRealFileSystem();
    std::vector<std::unique_ptr<rill::io::File>> files;
    absl::Status status;
    while (status.ok() && files.size() < 100) {
      auto file = fs->Open(folder.path() + "/" + std::to_string(files.size()), OpenMode::kCreate);
      status = file.status();
      if (file.ok()) files.push_back(*std::move(file));
    }
    return status.code() == absl::StatusCode::kResourceExhausted && Contains(status, "ulimit -n") &&
           Contains(status, "Options::max_open_files") && Contains(status, folder.path()) &&
           fs->List(folder.path()).status().code() == absl::StatusCode::kResourceExhausted;
  }));
}

TEST_CASE("A full disk is a status, and the file is as long as before") {
  SmallDisk disk("size=1m");
  if (!CanRun(disk)) return;
  auto fs = rill::io::NewRealFileSystem();
  auto file = fs->Open(disk.path() + "/f", OpenMode::kCreate).value();
  REQUIRE(file->WriteAt(0, "data").ok());
  for (const absl::Status& status :
       {file->Allocate(std::uint64_t{2} << 20), file->Allocate(std::uint64_t{1} << 40)}) {
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    CHECK(Contains(status, "cannot reserve space in " + disk.path() + "/f: No space left"));
    CHECK(Contains(status, "free space"));
    CHECK(file->Size().value() == 4);
  }
  CHECK(file->WriteAt(0, std::string(2 << 20, 'x')).code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("Reserved space can be stored to when the disk has filled up since") {
  SmallDisk disk("size=1m");
  if (!CanRun(disk)) return;
  auto fs = rill::io::NewRealFileSystem();
  auto file = fs->Open(disk.path() + "/f", OpenMode::kCreate).value();
  auto mapping = file->Map(1 << 20, MapMode::kReadWrite).value();
  REQUIRE(file->Allocate(512 << 10).ok());
  auto other = fs->Open(disk.path() + "/other", OpenMode::kCreate).value();
  while (other->WriteAt(other->Size().value(), std::string(4096, 'x')).ok()) {
  }
  std::memset(mapping->data(), 'y', 512 << 10);
  CHECK(file->Sync().ok());
}

TEST_CASE("A file size limit is a status") {
  TemporaryFolder folder;
  CHECK(InChild([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {100'000, 100'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
    auto fs = rill::io::NewRealFileSystem();
    auto file = fs->Open(folder.path() + "/f", OpenMode::kCreate).value();
    const absl::Status status = file->Allocate(200'000);
    return status.code() == absl::StatusCode::kResourceExhausted && Contains(status, "ulimit -f") &&
           file->Size().value() == 0;
  }));
}

TEST_CASE("A read-only file system refuses every change and says how to go on") {
  SmallDisk disk("size=1m");
  if (!CanRun(disk)) return;
  auto fs = rill::io::NewRealFileSystem();
  const std::string root = disk.path();
  REQUIRE(fs->CreateDirectories(root + "/d").ok());
  REQUIRE(fs->Open(root + "/f", OpenMode::kCreate).ok());
  REQUIRE(::mount(nullptr, root.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0);
  for (const absl::Status& status :
       {fs->Open(root + "/g", OpenMode::kCreate).status(),
        fs->Open(root + "/f", OpenMode::kReadWrite).status(), fs->CreateDirectories(root + "/x/y"),
        fs->Remove(root + "/f"), fs->RemoveDirectory(root + "/d"),
        fs->Rename(root + "/f", root + "/g"), fs->Lock(root + "/.lock").status()}) {
    CAPTURE(status.message());
    CHECK(status.code() == absl::StatusCode::kPermissionDenied);
    CHECK(Contains(status, root));
    CHECK(Contains(status, "Read-only file system; remount it"));
  }
  CHECK(fs->Open(root + "/f", OpenMode::kRead).ok());
  CHECK(fs->CreateDirectories(root + "/d").ok());
}

TEST_CASE("A folder that the user may not write to is refused") {
  // Root may write everywhere, so another user tries.
  if (::getuid() != 0) {
    WARN("not run: it takes root to become another user");
    return;
  }
  TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms{0555});
  CHECK(InChild([&] {
    if (::setuid(65534) != 0) return false;
    auto fs = rill::io::NewRealFileSystem();
    const absl::Status status = fs->Open(folder.path() + "/f", OpenMode::kCreate).status();
    return status.code() == absl::StatusCode::kPermissionDenied && Contains(status, "user");
  }));
}

TEST_CASE("A file that takes the place of another is known from it, and gets no zeros of it") {
  const TemporaryFolder folder;
  const auto fs = rill::io::NewRealFileSystem();
  const std::string path = folder.path() + "/f";
  auto file = fs->Open(path, OpenMode::kCreate).value();
  const rill::io::FileId mapped = file->Id().value();
  CHECK(fs->IdOf(path).value() == mapped);
  CHECK(fs->Open(path, OpenMode::kRead).value()->Id().value() == mapped);
  REQUIRE(fs->Remove(path).ok());
  CHECK(fs->IdOf(path).value() == std::nullopt);
  auto other = fs->Open(path, OpenMode::kCreate).value();
  CHECK(fs->IdOf(path).value() != mapped);
  fs->CacheZeros(path, mapped, 0, 4096);
  CHECK(other->Size().value() == 0);
}
