#pragma once

#include <mutex>

#include "absl/time/time.h"
#include "rill/clock.h"

namespace rill::testing {

// A clock that stands still until a test moves it. Give it to an engine as Options::clock; it must
// outlive the engine. Thread-safe.
class ManualClock final : public Clock {
 public:
  // Starts at the beginning of 2026 in UTC unless told
  // otherwise.
  explicit ManualClock(absl::Time now = absl::FromUnixSeconds(1767225600)) : now_(now) {}

  absl::Time Now() override {
    std::lock_guard lock(mu_);
    return now_;
  }

  // Moves the clock by `step`; a negative one sets it back, as wall clocks may be.
  void Advance(absl::Duration step) {
    std::lock_guard lock(mu_);
    now_ += step;
  }

  void Set(absl::Time now) {
    std::lock_guard lock(mu_);
    now_ = now;
  }

 private:
  std::mutex mu_;
  absl::Time now_;
};

}  // namespace rill::testing
