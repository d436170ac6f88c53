#pragma once

#include "absl/time/time.h"
#include "rill/export.h"

namespace rill {

// Where rill reads the time. One clock is given to an engine when it is opened (Options::clock);
// everything in that engine that depends on time (record timestamps, retention, linger, group
// timeouts) asks it. Implementations are thread-safe. rill::testing::ManualClock is one that tests
// move by hand.
class RILL_EXPORT Clock {
 public:
  virtual ~Clock() = default;

  // Wall-clock time, for timestamps and retention. It may step either way.
  virtual absl::Time Now() = 0;

  // The process-wide clock of the operating system. Never null; not owned by the caller.
  static Clock* System();
};

}  // namespace rill
