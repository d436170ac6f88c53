#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "cli/stop_signals.h"

namespace rill::cli {

// Holds whoever does things to so many a second, on average, as Kafka's class of this name.
class ThroughputThrottler {
 public:
  // `target` below 0: no limit; 0: nothing, for ever.
  ThroughputThrottler(double target, absl::Time begin) : target_(target), begin_(begin) {}

  // Waits where `done` things at `now` are too many; not longer than until a signal comes.
  void Throttle(std::int64_t done, absl::Time now, const StopSignals& signals) {
    const double seconds = absl::ToDoubleSeconds(now - begin_);
    if (target_ < 0 || seconds <= 0 || static_cast<double>(done) / seconds <= target_) return;
    if (target_ == 0) {
      signals.AwaitFor(absl::InfiniteDuration());
      return;
    }
    deficit_ += absl::Seconds(1 / target_);
    if (deficit_ < kLeastSleep) return;
    signals.AwaitFor(deficit_);
    deficit_ = absl::ZeroDuration();
  }

 private:
  static constexpr absl::Duration kLeastSleep = absl::Milliseconds(2);

  double target_;
  absl::Time begin_;
  absl::Duration deficit_;
};

}  // namespace rill::cli
