#include "engine/log_upkeep.h"

#include <algorithm>

#include "engine/local_engine.h"

namespace rill::engine {

absl::Time LogUpkeep::Run(absl::Time now) {
  if (pass_.is_new()) {
    // Before the first log is looked at: one that wants more from here on is counted.
    wakes_ = engine_->log_wakes();
    due_ = absl::InfiniteFuture();
  }
  const absl::Duration interval = engine_->config()->retention_check_interval;
  const bool is_done = pass_.TakeTurn(*engine_, [&](const auto&, const auto& partition) {
    due_ = std::min(due_, partition->Upkeep(now, interval));
  });
  if (!is_done) return kUnfinished;
  // A log that asked after its turn was asked for in vain by that, for the pass went on.
  return engine_->log_wakes() != wakes_ ? now : std::max(due_, now);
}

}  // namespace rill::engine
