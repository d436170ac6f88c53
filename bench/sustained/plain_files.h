#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench_log.h"

namespace rill::bench {

// The yardstick: the same bytes by plain pwrite calls, into as many files as there are topics,
// which begin anew at the size at which a log rolls. Nothing is reserved, mapped, checked or
// synced.
class PlainFiles {
 public:
  PlainFiles(std::string folder, int topics, std::uint64_t file_bytes);
  ~PlainFiles();
  PlainFiles(const PlainFiles&) = delete;
  PlainFiles& operator=(const PlainFiles&) = delete;

  void Write(int topic, std::string_view bytes);
  // Deletes a topic's oldest files, but for the last `count`.
  void KeepLast(int topic, int count);

 private:
  struct Series {
    int descriptor = -1;
    std::uint64_t position = 0;
    int first = 0;  // number of the oldest file that is there
    int next = 0;   // number of the next file
  };

  std::string PathOf(int topic, int number) const;
  void NextFile(int topic);

  std::string folder_;
  std::uint64_t file_bytes_;
  std::vector<Series> series_;
};

}  // namespace rill::bench
