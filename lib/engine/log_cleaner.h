#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/maintenance.h"
#include "engine/partition_pass.h"
#include "engine/throttle.h"
#include "log/partition_log.h"

namespace rill::engine {

class LocalEngine;
class TopicState;

// Compacts, of the logs that are due for it, the one with the largest part that never was, as
// Kafka's log cleaner picks it; then the next. In slices, which keep to
// log.cleaner.io.max.bytes.per.second.
class LogCleaner final : public MaintenanceTask {
 public:
  // `engine` removes its tasks before it goes.
  explicit LogCleaner(LocalEngine* engine);
  absl::Time Run(absl::Time now) override;

 private:
  struct Candidate {
    std::shared_ptr<TopicState> topic;
    std::shared_ptr<log::PartitionLog> log;  // null: none
    double dirty_ratio = 0;
  };
  // A log that is left alone: not of a topic that was made anew under the same name.
  struct Postponed {
    std::weak_ptr<TopicState> topic;
    std::weak_ptr<log::PartitionLog> log;
    absl::Time until;  // InfiniteFuture: it is damaged
    int failures = 0;  // one after the other
  };

  // Whether all logs have been looked at; then filthiest_ is the one to be compacted.
  bool Look(absl::Time now);
  void Consider(const std::shared_ptr<TopicState>& topic,
                const std::shared_ptr<log::PartitionLog>& log, absl::Time now);
  bool IsPostponed(const std::shared_ptr<log::PartitionLog>& log, absl::Time now);
  Postponed& Postpone(const Candidate& candidate, absl::Time until);
  void ForgetDeleted();
  void ShowGauges();
  // May change from one call to the next.
  absl::Duration Backoff() const;
  absl::Time CleanSlice(absl::Time now);
  void OnDone(std::int64_t first_dirty_before, absl::Time now);
  void OnFailure(const Candidate& failed, const absl::Status& status, absl::Time now);
  void Checkpoint(absl::Time now);

  LocalEngine* const engine_;
  Throttle throttle_;
  PartitionPass pass_;
  absl::Time next_look_ = absl::InfinitePast();
  Candidate filthiest_;
  double max_dirty_ratio_ = 0;  // of the logs that were looked at in this pass
  Candidate cleaning_;
  std::uint64_t bytes_read_ = 0;  // by the cleaning that is under way
  std::uint64_t bytes_written_ = 0;
  std::map<TopicPartition, Postponed> postponed_;
  bool owes_checkpoint_ = false;
  absl::Time last_checkpoint_ = absl::InfinitePast();
};

}  // namespace rill::engine
