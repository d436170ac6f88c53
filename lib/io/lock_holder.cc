#include "io/lock_holder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <fstream>
#include <functional>
#include <optional>

namespace rill::io {
namespace {

// Calls `visit` with each number that is a name in `folder`, until it returns true.
bool AnyNumberIn(const std::string& folder, const std::function<bool(int)>& visit) {
  DIR* const dir = ::opendir(folder.c_str());
  if (dir == nullptr) return false;
  bool found = false;
  while (!found) {
    const dirent* const entry = ::readdir(dir);
    if (entry == nullptr) break;
    int number = 0;
    const char* const end = entry->d_name + std::strlen(entry->d_name);
    const auto [at, error] = std::from_chars(entry->d_name, end, number);
    found = error == std::errc() && at == end && visit(number);
  }
  ::closedir(dir);
  return found;
}

// fdinfo lists the locks that were taken through a descriptor.
bool HoldsLock(int pid, int fd) {
  std::ifstream info(fmt::format("/proc/{}/fdinfo/{}", pid, fd));
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("lock:")) return true;
  }
  return false;
}

// Open-file-description locks name no process, so the process is found by its descriptors: those of
// the same user can be read.
std::optional<int> FindHolder(const struct stat& file) {
  std::optional<int> holder;
  AnyNumberIn("/proc", [&](int pid) {
    const bool holds = AnyNumberIn(fmt::format("/proc/{}/fd", pid), [&](int fd) {
      struct stat info;
      const std::string link = fmt::format("/proc/{}/fd/{}", pid, fd);
      return ::stat(link.c_str(), &info) == 0 && info.st_dev == file.st_dev &&
             info.st_ino == file.st_ino && HoldsLock(pid, fd);
    });
    if (holds) holder = pid;
    return holds;
  });
  return holder;
}

std::string DescribeProcess(int pid) {
  if (pid == ::getpid()) return "another engine of this process";
  std::ifstream file(fmt::format("/proc/{}/comm", pid));
  std::string name;
  if (!std::getline(file, name)) return fmt::format("process {}", pid);
  return fmt::format("process {} ({})", pid, name);
}

}  // namespace

std::string DescribeLockHolder(int fd) {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  // A POSIX lock (Kafka's) names its process; one like ours shows -1.
  if (::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0) {
    return DescribeProcess(lock.l_pid);
  }
  struct stat file;
  if (::fstat(fd, &file) != 0) return "another process";
  const std::optional<int> holder = FindHolder(file);
  return holder ? DescribeProcess(*holder) : "another process";
}

}  // namespace rill::io
