#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "bench_log.h"

namespace rill::bench {

// The yardstick: records by plain pwrite into files of a segment's size, and a thread that does to
// them what rill's maintenance does: every 100 ms it syncs what was written and removes what is too
// old, and it copies 16 MiB, at 64 MB a second of reads and writes, syncs the copy and renames it.
class PlainLog {
 public:
  PlainLog(std::uint64_t file_bytes, int files_kept);
  ~PlainLog();
  PlainLog(const PlainLog&) = delete;
  PlainLog& operator=(const PlainLog&) = delete;

  // Whether this began a new file.
  bool Append(std::string_view bytes);

 private:
  std::string PathOf(std::int64_t number) const;
  void BeginFile(std::int64_t number);
  void Work();
  void SyncAndRemove();
  void CopySlice();
  void FinishCopy();

  const std::uint64_t file_bytes_;
  const int files_kept_;
  ScratchFolder folder_;
  int file_ = -1;
  std::uint64_t position_ = 0;
  std::atomic<std::int64_t> number_ = 0;  // of the file that is written

  // Of the thread.
  std::int64_t first_ = 0;     // the oldest file that is there
  std::int64_t unsynced_ = 0;  // the oldest that may not be synced
  int source_ = -1;
  int copy_ = -1;
  std::uint64_t copied_ = 0;
  std::string slice_;

  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace rill::bench
