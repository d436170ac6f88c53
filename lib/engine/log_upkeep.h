#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "engine/maintenance.h"
#include "rill/records.h"

namespace rill::engine {

class LocalEngine;

// Retention, flushes by interval and what else the logs want. Goes over them in turns of some
// milliseconds, so that other tasks, which may be due by the millisecond, do not wait for ten
// thousand logs.
class LogUpkeep final : public MaintenanceTask {
 public:
  // How long a turn takes, but for the last log of it.
  static constexpr absl::Duration kTurn = absl::Milliseconds(5);

  // `engine` removes its tasks before it goes.
  explicit LogUpkeep(LocalEngine* engine) : engine_(engine) {}
  absl::Time Run(absl::Time now) override;

 private:
  // Maintains the logs from next_ on; whether it came to the last before the turn was over.
  bool Pass(absl::Time now);

  LocalEngine* const engine_;
  // Of the pass that is under way. By one run at a time.
  TopicPartition next_;
  absl::Time due_ = absl::InfiniteFuture();  // of those before next_
  std::uint64_t wakes_ = 0;                  // that there were when it began
};

}  // namespace rill::engine
