#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace rill::cli {

// How long what a producer was given is tried to be sent, after a signal.
inline constexpr absl::Duration kLastTry = absl::Seconds(30);

// SIGINT, SIGTERM and, unless it is ignored, SIGHUP (the terminal is gone) while a command runs
// that stays. The first is a request to stop, which the command takes when it has time for it; a
// second one ends the process at once, with 128 and its number as the exit code, unless it comes
// right behind the first: timeout(1) and shells send one to a process and to its group. Threads
// that are started meanwhile do not get them. One at a time in a process, made and destroyed by one
// thread.
class StopSignals {
 public:
  // `on_first` is called with the first one, in a thread of its own; it has returned when the
  // destructor does.
  explicit StopSignals(std::function<void(int signal)> on_first = nullptr);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  bool has_come() const { return first_has_come_.HasBeenNotified(); }
  // The exit code of a process that a signal ended, as shells show it; and by the first one, which
  // must have come.
  static int ExitCodeOf(int signal);
  int exit_code() const { return ExitCodeOf(first_); }
  // Until the first one, at most so long; whether it came.
  bool AwaitFor(absl::Duration timeout) const {
    return first_has_come_.WaitForNotificationWithTimeout(timeout);
  }
  // Until the first one; returns its name.
  const char* Await() const;

 private:
  void Watch();

  std::function<void(int signal)> on_first_;
  sigset_t watched_;
  sigset_t before_;
  std::atomic<bool> is_over_ = false;
  int first_ = 0;  // written before first_has_come_
  absl::Notification first_has_come_;
  std::thread watcher_;
  std::thread told_;  // of the first one; the watcher's, while that runs
};

}  // namespace rill::cli
