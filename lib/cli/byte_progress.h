#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "cli/standard_error.h"

namespace rill::cli {

// One line on a terminal that says how far something is that goes through files, and how fast:
// written over itself a few times a second, and wiped away before anything else is printed. Not
// thread-safe.
class ByteProgress {
 public:
  // With `is_shown` false it prints nothing.
  ByteProgress(const StandardError& terminal, bool is_shown);
  ~ByteProgress() { Wipe(); }
  ByteProgress(const ByteProgress&) = delete;
  ByteProgress& operator=(const ByteProgress&) = delete;

  void Show(std::uint64_t done, std::uint64_t total);
  void Wipe();

 private:
  using Clock = std::chrono::steady_clock;

  const StandardError& terminal_;
  const bool is_shown_;
  const Clock::time_point begin_;
  Clock::time_point last_;
  bool is_there_ = false;
};

// "1.5 GiB"
std::string FormatBytes(std::uint64_t bytes);

}  // namespace rill::cli
