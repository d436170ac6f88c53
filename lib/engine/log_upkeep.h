#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "engine/maintenance.h"
#include "engine/partition_pass.h"

namespace rill::engine {

class LocalEngine;

// Retention, flushes by interval and what else the logs want.
class LogUpkeep final : public MaintenanceTask {
 public:
  // `engine` removes its tasks before it goes.
  explicit LogUpkeep(LocalEngine* engine) : engine_(engine) {}
  absl::Time Run(absl::Time now) override;

 private:
  LocalEngine* const engine_;
  // Of the pass that is under way. By one run at a time.
  PartitionPass pass_;
  absl::Time due_ = absl::InfiniteFuture();  // of those that were visited
  std::uint64_t wakes_ = 0;                  // that there were when it began
};

}  // namespace rill::engine
