#pragma once

#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "cli/standard_error.h"
#include "rill/options.h"

namespace rill::cli {

// Lines for whoever runs a command that stays, with local time and level:
// "2026-11-28 01:02:03.456 INFO listening on 127.0.0.1:9092". Details (kDebug) are left out, and
// control characters are written as \n and \x1b.
// Thread-safe.
class OperatorLog {
 public:
  explicit OperatorLog(const StandardError& err) : err_(err) {}

  void Write(LogLevel level, std::string_view line) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;  // so that lines stand in the order of their times
  const StandardError& err_;
};

}  // namespace rill::cli
