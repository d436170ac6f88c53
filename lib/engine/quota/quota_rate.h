#pragma once

#include <vector>

#include "absl/time/time.h"

namespace rill::engine {

// Over which time a rate is taken: so many windows of that length.
struct QuotaWindows {
  int count = 11;
  absl::Duration length = absl::Seconds(1);
};

// How much of something a client had in a second, over the last windows, as Kafka counts it: at
// least all but one of the windows are taken to have passed, so that a client may begin with as
// much as its quota allows in these. A value; knows no clock, and is told times that do not go
// back.
class QuotaRate {
 public:
  void Record(double amount, absl::Time now, const QuotaWindows& windows);
  // Takes back what was recorded in the window of `now`.
  void Unrecord(double amount, absl::Time now, const QuotaWindows& windows) {
    Record(-amount, now, windows);
  }

  // How long nothing may be recorded until the rate is no higher than `bound`, which is above 0.
  absl::Duration TimeAbove(double bound, absl::Time now, const QuotaWindows& windows);

  // What was recorded in the windows.
  double Amount(absl::Time now, const QuotaWindows& windows);

  // Whether all that was recorded is longer ago than the windows reach: then it is as good as new.
  bool IsOver(absl::Time now, const QuotaWindows& windows) const;

 private:
  struct Window {
    absl::Time begin;
    double amount = 0;
  };
  void Forget(absl::Time now, const QuotaWindows& windows);

  std::vector<Window> windows_;  // in the order of their begin; as many as there may be
};

}  // namespace rill::engine
