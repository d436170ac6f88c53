#pragma once

#include <atomic>

#include "base/wakeup.h"

namespace rill::client {

// What can end a consumer's sleep. Shared with whoever ends it, and so outlives the consumer.
//
// Each cause is stored with sequential consistency before Notify, and looked at between Prepare and
// Wait (base/wakeup.h): the flags here, and the high watermarks of the logs that are watched.
struct ConsumerSignal {
  base::Wakeup wakeup;
  std::atomic<bool> woken_by_user = false;
  // The group answered, or wants something of its member.
  std::atomic<bool> group_called = false;

  void Wake() {
    woken_by_user.store(true);
    wakeup.Notify();
  }
  void CallFromGroup() {
    group_called.store(true);
    wakeup.Notify();
  }
};

}  // namespace rill::client
