#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rill/options.h"

namespace rill::net {

// Lines of a log that clients cause, of which they may cause any number: no more than so many in a
// time, and, with the first one after that, how many were left out. What is an error of the log's
// own is always said. Thread-safe; costs nothing while nothing is said.
class LogLimit {
 public:
  using Clock = std::chrono::steady_clock;
  using Say = std::function<void(LogLevel, const std::string&)>;

  // `say` is called without a lock.
  LogLimit(int most, Clock::duration time, Say say)
      : most_(most), time_(time), say_(std::move(say)) {}

  void Log(LogLevel level, const std::string& line, Clock::time_point now = Clock::now())
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // How many were left out before one that may be said; none where it may not.
  std::optional<std::uint64_t> Take(Clock::time_point now) ABSL_LOCKS_EXCLUDED(mutex_);

  const int most_;
  const Clock::duration time_;
  const Say say_;
  absl::Mutex mutex_;
  Clock::time_point begun_ ABSL_GUARDED_BY(mutex_);
  int said_ ABSL_GUARDED_BY(mutex_) = 0;  // since then
  std::uint64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rill::net
