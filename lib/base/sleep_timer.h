#pragma once

#include <cstdint>

#include "base/clock_reader.h"
#include "base/latency_recorder.h"

namespace rill::base {

// Records how long a call was held up: from the first time that it fell asleep to its end. Not
// thread-safe; both must outlive it.
class SleepTimer {
 public:
  SleepTimer(LatencyRecorder& recorder, const ClockReader& clock)
      : recorder_(recorder), clock_(clock) {}
  ~SleepTimer() {
    if (began_nanos_ != kNotAsleep) recorder_.Record(clock_.TickNanos() - began_nanos_);
  }
  SleepTimer(const SleepTimer&) = delete;
  SleepTimer& operator=(const SleepTimer&) = delete;

  // Before each sleep.
  void FallAsleep() {
    if (began_nanos_ == kNotAsleep) began_nanos_ = clock_.TickNanos();
  }

 private:
  static constexpr std::int64_t kNotAsleep = INT64_MIN;

  LatencyRecorder& recorder_;
  const ClockReader& clock_;
  std::int64_t began_nanos_ = kNotAsleep;
};

}  // namespace rill::base
