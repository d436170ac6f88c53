#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "absl/time/time.h"

namespace rill::base {

// A moment on the clock that nobody sets.
using Deadline = std::chrono::steady_clock::time_point;

// `timeout` from now: Deadline::max() for one that is infinite or too long to tell from it, now for
// one that is not positive.
Deadline DeadlineAfter(absl::Duration timeout);

// Reads the clock, but for a deadline that never passes.
inline bool HasPassed(Deadline deadline) {
  return deadline != Deadline::max() && std::chrono::steady_clock::now() >= deadline;
}

// Lets threads sleep until a condition on shared memory may have become true, at the cost of one
// load to those who make it true while nobody sleeps (an "event count"). Thread-safe.
//
//   waiter:                                      maker of the condition:
//     while (!condition()) {                       make it true
//       const auto ticket = wakeup.Prepare();      wakeup.Notify();
//       if (condition()) break;
//       if (!wakeup.Wait(ticket, deadline)) break;
//     }
//
// What the condition reads must be an atomic that is stored and loaded with seq_cst order, or be
// guarded by one mutex on both sides. A release store will not do: the load in Notify may pass it.
class Wakeup {
 public:
  using Ticket = std::uint32_t;

  Wakeup() = default;
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  // Announces that this thread may sleep. Nothing has to be undone when it does not.
  Ticket Prepare() { return state_.fetch_or(kWaiting, std::memory_order_seq_cst) | kWaiting; }

  // Sleeps until a Notify after the Prepare that gave `ticket`; returns at once when it has been.
  // False when `deadline` passed first.
  bool Wait(Ticket ticket, Deadline deadline);

  // Wakes all who sleep.
  void Notify() {
    const std::uint32_t state = state_.load(std::memory_order_seq_cst);
    if ((state & kWaiting) != 0) WakeAll(state);
  }

 private:
  friend class SharedWakeup;

  // Why no wake-up is lost. The maker's store to the condition (S), its load of state_ here (L),
  // the waiter's Prepare (P) and its second look at the condition (C) are all seq_cst, so they
  // stand in one order, in which S comes before L and P before C. If P comes before L, L sees the
  // bit (or a state in which an earlier WakeAll took it away, and that one ends the wait as well).
  // If L comes before P, then S before C: the waiter sees the condition and does not sleep. With a
  // mutex around S and C instead: if C's section comes first, P happens before L; otherwise C sees
  // S.
  //
  // The lowest bit says that somebody may wait, the others count the times that it was taken away.
  // A ticket is odd; taking the bit away adds one, after which no state equals that ticket (until
  // the count has gone round, 2^31 wake-ups between Prepare and Wait).
  static constexpr std::uint32_t kWaiting = 1;

  void WakeAll(std::uint32_t state);

  std::atomic<std::uint32_t> state_ = 0;
};

// The same over a word in memory that several processes map, who sleep and wake each other there.
// The word is somebody else's: whatever it says, nothing worse comes of it than waking too early,
// or not before the deadline. A view, as long-lived as the word.
class SharedWakeup {
 public:
  using Ticket = Wakeup::Ticket;

  explicit SharedWakeup(std::atomic<std::uint32_t>* word) : word_(word) {}

  // As in Wakeup.
  Ticket Prepare() {
    return word_->fetch_or(Wakeup::kWaiting, std::memory_order_seq_cst) | Wakeup::kWaiting;
  }
  // For who may not store to the word: nobody sees this one wait. It wakes when somebody else is
  // woken, and at the deadline.
  Ticket Look() const { return word_->load(std::memory_order_seq_cst); }
  bool Wait(Ticket ticket, Deadline deadline);
  void Notify() {
    const std::uint32_t state = word_->load(std::memory_order_seq_cst);
    if ((state & Wakeup::kWaiting) != 0) WakeAll(state);
  }
  // Whether a Notify would wake somebody.
  bool HasWaiter() const {
    return (word_->load(std::memory_order_seq_cst) & Wakeup::kWaiting) != 0;
  }

 private:
  void WakeAll(std::uint32_t state);

  std::atomic<std::uint32_t>* word_;
};

}  // namespace rill::base
