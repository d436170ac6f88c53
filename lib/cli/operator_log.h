#pragma once

#include <ostream>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rill/options.h"

namespace rill::cli {

// Lines for whoever runs a command that stays, with local time and level:
// "2026-11-28 01:02:03.456 INFO listening on 127.0.0.1:9092". Details (kDebug) are left out.
// Thread-safe.
class OperatorLog {
 public:
  explicit OperatorLog(std::ostream& out) : out_(out) {}

  void Write(LogLevel level, std::string_view line) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  std::ostream& out_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::cli
