#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/pause.h"
#include "base/wakeup.h"

namespace rill::base {

// For a thread that is about to sleep until a condition holds: looks at it for some microseconds
// first. To sleep and be woken costs both sides about as long, so where the condition comes to hold
// in a moment, again and again, it pays not to; where looking was in vain, it is done for half as
// long the next time, and in the end not at all, until a sleep was a short one. For one thread.
class LookBeforeSleep {
 public:
  using Clock = std::chrono::steady_clock;

  // On a single processor it never looks: who makes the condition hold could not run meanwhile.
  LookBeforeSleep() : LookBeforeSleep(std::thread::hardware_concurrency() > 1) {}
  explicit LookBeforeSleep(bool looks) : most_(looks ? kMost : Nanos(0)) {}

  // Whether `condition` came to hold, before `deadline`.
  template <typename Condition>
  bool For(const Condition& condition, Deadline deadline) {
    if (span_ == Nanos(0)) return false;
    const auto until = std::min(deadline, Clock::now() + span_);
    for (bool is_first = true;; is_first = false) {
      const auto now = PauseFor(gap_);
      if (condition()) {
        gap_ = is_first ? std::min(gap_ * 2, kMostGap) : std::max(gap_ / 2, kLeastGap);
        span_ = most_;
        return true;
      }
      if (now >= until) break;
    }
    gap_ = kLeastGap;
    span_ = span_ > kLeast ? span_ / 2 : Nanos(0);
    return false;
  }

  // Sleeps, by `sleep`, and gives back what that gave.
  template <typename Sleep>
  auto Asleep(const Sleep& sleep) {
    const auto began = Clock::now();
    const auto result = sleep();
    if (Clock::now() - began < kShortSleep) span_ = most_;
    return result;
  }

 private:
  static constexpr Nanos kMost = Nanos(20'000);
  static constexpr Nanos kLeast = Nanos(1'000);
  static constexpr Nanos kShortSleep = Nanos(40'000);
  static constexpr Nanos kLeastGap = Nanos(200);
  static constexpr Nanos kMostGap = Nanos(6'400);

  // Looking takes the condition's line from who writes it: the oftener it comes to hold, the longer
  // it is let alone.
  Nanos gap_ = kLeastGap;
  const Nanos most_;
  Nanos span_ = most_;
};

}  // namespace rill::base
