#pragma once

#include <ostream>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace rill::cli {

// Standard error, where a command tells what it has to, and so do the log that it has open and its
// clients, in threads of their own. What one call writes stands together, and is there when the
// call returns. Thread-safe.
class StandardError {
 public:
  // Nobody else may write to `stream`, which must outlive this. It is not tied to another stream
  // any more: that would be flushed by whichever thread writes here.
  explicit StandardError(std::ostream& stream) : stream_(stream) { stream.tie(nullptr); }

  void Write(std::string_view text) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  std::ostream& stream_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::cli
