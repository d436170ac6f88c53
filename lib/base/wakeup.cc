#include "base/wakeup.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>

namespace rill::base {
namespace {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t), "a futex is four bytes");

// Who sleeps on a word: threads of this process, or also others that map it.
enum class Scope : int { kProcess = FUTEX_PRIVATE_FLAG, kShared = 0 };

// Sleeps while `word` is `value`. FUTEX_WAIT_BITSET takes a moment of CLOCK_MONOTONIC, which is
// what steady_clock reads on Linux. Returns the errno.
int FutexWait(std::atomic<std::uint32_t>& word, std::uint32_t value, Deadline deadline,
              Scope scope) {
  const auto since_boot = std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count());
  const timespec until = {since_boot / 1'000'000'000, since_boot % 1'000'000'000};
  const timespec* const timeout = deadline == Deadline::max() ? nullptr : &until;
  const long result = ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | static_cast<int>(scope),
                                value, timeout, nullptr, FUTEX_BITSET_MATCH_ANY);
  return result == 0 ? 0 : errno;
}

// False when `deadline` passed first.
bool WaitOn(std::atomic<std::uint32_t>& word, std::uint32_t ticket, Deadline deadline,
            Scope scope) {
  // Acquire: what was done before the Notify that ended the wait is seen after it.
  while (word.load(std::memory_order_acquire) == ticket) {
    if (FutexWait(word, ticket, deadline, scope) == ETIMEDOUT) {
      return word.load(std::memory_order_acquire) != ticket;
    }
  }
  return true;
}

void WakeAllOn(std::atomic<std::uint32_t>& word, std::uint32_t state, Scope scope) {
  // Whoever took the bit away in between wakes the holders of this ticket; a Prepare that set it
  // again came after the load in Notify, and so sees the condition.
  if (!word.compare_exchange_strong(state, state + 1, std::memory_order_acq_rel)) return;
  ::syscall(SYS_futex, &word, FUTEX_WAKE | static_cast<int>(scope), INT_MAX, nullptr, nullptr, 0);
}

}  // namespace

Deadline DeadlineAfter(absl::Duration timeout) {
  if (timeout == absl::InfiniteDuration()) return Deadline::max();  // without reading the clock
  const Deadline now = std::chrono::steady_clock::now();
  if (timeout <= absl::ZeroDuration()) return now;
  if (timeout >= absl::FromChrono(Deadline::max() - now)) return Deadline::max();
  return now + absl::ToChronoNanoseconds(timeout);
}

bool Wakeup::Wait(Ticket ticket, Deadline deadline) {
  return WaitOn(state_, ticket, deadline, Scope::kProcess);
}

void Wakeup::WakeAll(std::uint32_t state) { WakeAllOn(state_, state, Scope::kProcess); }

bool SharedWakeup::Wait(Ticket ticket, Deadline deadline) {
  return WaitOn(*word_, ticket, deadline, Scope::kShared);
}

void SharedWakeup::WakeAll(std::uint32_t state) { WakeAllOn(*word_, state, Scope::kShared); }

}  // namespace rill::base
