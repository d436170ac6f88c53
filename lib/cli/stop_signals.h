#pragma once

#include <atomic>
#include <csignal>
#include <thread>

#include "absl/synchronization/notification.h"

namespace rill::cli {

// SIGINT and SIGTERM while a command serves. The first is a request to stop, which the command
// takes when it has time for it; a second one ends the process at once, with 128 and its number as
// the exit code. Threads that are started meanwhile do not get them. One at a time in a process,
// made and destroyed by one thread.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  bool has_come() const { return first_has_come_.HasBeenNotified(); }
  // Until the first one; returns its name.
  const char* Await() const;

 private:
  void Watch();

  sigset_t watched_;
  sigset_t before_;
  std::atomic<bool> is_over_ = false;
  int first_ = 0;  // written before first_has_come_
  absl::Notification first_has_come_;
  std::thread watcher_;
};

}  // namespace rill::cli
