#include "cli/stop_signals.h"

#include <pthread.h>

#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"

namespace rill::cli {
namespace {

constexpr int kKilledBySignal = 128;  // as shells show it
// People are slower.
constexpr absl::Duration kSameRequest = absl::Milliseconds(300);

// As nohup(1) has it; a thread that waits for it would get it all the same.
bool IsIgnored(int signal) {
  struct sigaction action = {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

const char* NameOf(int signal) {
  switch (signal) {
    case SIGINT:
      return "SIGINT";
    case SIGHUP:
      return "SIGHUP";
    default:
      return "SIGTERM";
  }
}

}  // namespace

StopSignals::StopSignals(std::function<void(int signal)> on_first)
    : on_first_(std::move(on_first)) {
  ::sigemptyset(&watched_);
  ::sigaddset(&watched_, SIGINT);
  ::sigaddset(&watched_, SIGTERM);
  if (!IsIgnored(SIGHUP)) ::sigaddset(&watched_, SIGHUP);
  // Whoever reads the log may go: that fails a write, and ends nothing.
  sigset_t blocked = watched_;
  ::sigaddset(&blocked, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before_);
  watcher_ = std::thread([this] { Watch(); });
}

StopSignals::~StopSignals() {
  is_over_ = true;
  ::pthread_kill(watcher_.native_handle(), SIGINT);
  watcher_.join();
  if (told_.joinable()) told_.join();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

int StopSignals::ExitCodeOf(int signal) { return kKilledBySignal + signal; }

const char* StopSignals::Await() const {
  first_has_come_.WaitForNotification();
  return NameOf(first_);
}

void StopSignals::Watch() {
  absl::Time first_at;
  for (;;) {
    int signal = 0;
    ::sigwait(&watched_, &signal);
    if (is_over_) return;
    if (has_come()) {
      if (absl::Now() - first_at < kSameRequest) continue;
      std::_Exit(ExitCodeOf(signal));
    }
    first_ = signal;
    first_at = absl::Now();
    first_has_come_.Notify();
    // The second one is not to wait for what is done about the first.
    if (on_first_ != nullptr) told_ = std::thread([this, signal] { on_first_(signal); });
  }
}

}  // namespace rill::cli
