#include "plain_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>

namespace rill::bench {
namespace {

constexpr std::uint64_t kCopied = std::uint64_t{16} << 20;
constexpr std::uint64_t kSlice = std::uint64_t{1} << 20;
// Read and written, that is 64 MB a second.
constexpr std::chrono::milliseconds kPause(32);
constexpr int kPausesBetweenSyncs = 3;

void Check(bool ok, const char* what) {
  if (ok) return;
  Require(absl::InternalError(std::string(what) + ": " + std::generic_category().message(errno)));
}

int OpenFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  Check(file >= 0, "open");
  return file;
}

void WriteAll(int file, std::string_view bytes, std::uint64_t position) {
  const ssize_t written = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(position));
  Check(written == static_cast<ssize_t>(bytes.size()), "pwrite");
}

}  // namespace

PlainLog::PlainLog(std::uint64_t file_bytes, int files_kept)
    : file_bytes_(file_bytes), files_kept_(files_kept), slice_(kSlice, 'c') {
  BeginFile(0);
  source_ = OpenFile(folder_.path() + "/source");
  for (std::uint64_t at = 0; at < kCopied; at += kSlice) WriteAll(source_, slice_, at);
  copy_ = OpenFile(folder_.path() + "/copy");
  thread_ = std::thread([this] { Work(); });
}

PlainLog::~PlainLog() {
  stop_.store(true);
  thread_.join();
  for (const int file : {file_, source_, copy_}) close(file);
}

std::string PlainLog::PathOf(std::int64_t number) const {
  return fmt::format("{}/plain-{}", folder_.path(), number);
}

void PlainLog::BeginFile(std::int64_t number) {
  if (file_ >= 0) close(file_);
  file_ = OpenFile(PathOf(number));
  position_ = 0;
  number_.store(number);
}

bool PlainLog::Append(std::string_view bytes) {
  const bool begins = position_ + bytes.size() > file_bytes_;
  if (begins) BeginFile(number_.load() + 1);
  WriteAll(file_, bytes, position_);
  position_ += bytes.size();
  return begins;
}

void PlainLog::Work() {
  for (int pauses = 0; !stop_.load(); ++pauses) {
    if (pauses % kPausesBetweenSyncs == 0) SyncAndRemove();
    CopySlice();
    std::this_thread::sleep_for(kPause);
  }
}

void PlainLog::SyncAndRemove() {
  const std::int64_t written = number_.load();
  for (; unsynced_ <= written; ++unsynced_) {
    const int file = OpenFile(PathOf(unsynced_));
    Check(fdatasync(file) == 0, "fdatasync");
    close(file);
  }
  unsynced_ = written;  // it goes on
  for (; first_ < written - files_kept_; ++first_) {
    Check(unlink(PathOf(first_).c_str()) == 0, "unlink");
  }
}

void PlainLog::CopySlice() {
  const ssize_t got = pread(source_, slice_.data(), kSlice, static_cast<off_t>(copied_));
  Check(got == static_cast<ssize_t>(kSlice), "pread");
  WriteAll(copy_, slice_, copied_);
  copied_ += kSlice;
  if (copied_ == kCopied) FinishCopy();
}

void PlainLog::FinishCopy() {
  Check(fdatasync(copy_) == 0, "fdatasync");
  const std::string path = folder_.path() + "/copy";
  Check(std::rename(path.c_str(), (path + "-done").c_str()) == 0, "rename");
  close(copy_);
  copy_ = OpenFile(path);
  copied_ = 0;
}

}  // namespace rill::bench
