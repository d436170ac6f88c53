#include "engine/log_upkeep.h"

#include <algorithm>

#include "base/wakeup.h"
#include "engine/local_engine.h"

namespace rill::engine {

absl::Time LogUpkeep::Run(absl::Time now) {
  if (next_ == TopicPartition()) {
    // Before the first log is looked at: one that wants more from here on is counted.
    wakes_ = engine_->log_wakes();
    due_ = absl::InfiniteFuture();
  }
  if (!Pass(now)) return kUnfinished;
  next_ = TopicPartition();
  // A log that asked after its turn was asked for in vain by that, for the pass went on.
  return engine_->log_wakes() != wakes_ ? now : std::max(due_, now);
}

bool LogUpkeep::Pass(absl::Time now) {
  const base::Deadline end = base::DeadlineAfter(kTurn);
  const absl::Duration interval = engine_->config().retention_check_interval;
  for (const auto& topic : engine_->topics(/*include_internal=*/true)) {
    if (topic->name() < next_.topic) continue;
    for (const auto& partition : topic->partitions()) {
      if (partition->topic_partition() < next_) continue;
      if (base::HasPassed(end)) {
        next_ = partition->topic_partition();
        return false;
      }
      due_ = std::min(due_, partition->Upkeep(now, interval));
    }
  }
  return true;
}

}  // namespace rill::engine
