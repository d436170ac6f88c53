#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

namespace rill::cli {

// One line on a terminal that says how far a check is and how fast it goes, written over itself a
// few times a second and wiped away before anything else is printed. Not thread-safe.
class CheckProgress {
 public:
  // With `is_shown` false it prints nothing.
  CheckProgress(std::ostream& terminal, bool is_shown);
  ~CheckProgress() { Wipe(); }
  CheckProgress(const CheckProgress&) = delete;
  CheckProgress& operator=(const CheckProgress&) = delete;

  void Show(std::uint64_t done, std::uint64_t total);
  void Wipe();

 private:
  using Clock = std::chrono::steady_clock;

  std::ostream& terminal_;
  const bool is_shown_;
  const Clock::time_point begin_;
  Clock::time_point last_;
  bool is_there_ = false;
};

// "1.5 GiB"
std::string FormatBytes(std::uint64_t bytes);

}  // namespace rill::cli
