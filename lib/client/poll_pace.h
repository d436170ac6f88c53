#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>

#include "base/pause.h"

namespace rill::client {

// How long a consumer that reads at its writer's heels leaves the log alone between two polls.
//
// A poll that finds a record or two at once, again and again, takes the lines on which the writer
// stores the end of its log after each of its appends, and slows it down by half. Some microseconds
// later it finds what was appended meanwhile, at the cost of one. A poll that had to wait for its
// records, or found many, was not at anybody's heels: the next one does not wait. For one thread.
class PollPace {
 public:
  // On a single processor it never waits: who appends could not run meanwhile.
  PollPace() : PollPace(std::thread::hardware_concurrency() > 1) {}
  explicit PollPace(bool waits) : most_(waits ? kMostGap : base::Nanos(0)) {}

  // Before the log is looked at.
  void Keep() const {
    if (gap_ != base::Nanos(0)) base::PauseFor(gap_);
  }

  base::Nanos gap() const { return gap_; }

  // What came of it: whether records were there at once, and how many bytes of them.
  void Found(bool at_once, std::size_t bytes) {
    if (!at_once) {
      streak_ = 0;
      gap_ = base::Nanos(0);
    } else if (bytes >= kMany) {
      gap_ /= 2;
    } else if (streak_ < kShortStreak) {
      ++streak_;
    } else {
      gap_ = std::min(std::max(gap_ * 2, kLeastGap), most_);
    }
  }

 private:
  static constexpr int kShortStreak = 64;
  static constexpr std::size_t kMany = 16384;  // what a batch of a producer has
  static constexpr base::Nanos kLeastGap = base::Nanos(200);
  static constexpr base::Nanos kMostGap = base::Nanos(6'400);

  const base::Nanos most_;
  int streak_ = 0;
  base::Nanos gap_ = base::Nanos(0);
};

}  // namespace rill::client
