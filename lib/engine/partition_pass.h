#pragma once

#include "absl/time/time.h"
#include "base/wakeup.h"
#include "engine/local_engine.h"

namespace rill::engine {

// A visit to each partition of an engine, in turns of some milliseconds: other tasks, which may be
// due by the millisecond, do not wait for ten thousand logs. Not thread-safe.
class PartitionPass {
 public:
  // How long a turn takes, but for its last visit.
  static constexpr absl::Duration kTurn = absl::Milliseconds(5);

  // Whether the next turn begins with the first partition.
  bool is_new() const { return next_ == TopicPartition(); }

  // Calls `visit` with the topic and the state of each partition that the turns so far did not come
  // to, in order of name. Whether it came to the last one before the turn was over.
  template <typename Visit>
  bool TakeTurn(const LocalEngine& engine, const Visit& visit) {
    const base::Deadline end = base::DeadlineAfter(kTurn);
    bool has_visited = false;  // however long it takes to find the topics
    for (const auto& topic : engine.topics(/*include_internal=*/true)) {
      if (topic->name() < next_.topic) continue;
      for (const auto& partition : topic->partitions()) {
        if (partition->topic_partition() < next_) continue;
        if (has_visited && base::HasPassed(end)) {
          next_ = partition->topic_partition();
          return false;
        }
        visit(topic, partition);
        has_visited = true;
      }
    }
    next_ = TopicPartition();
    return true;
  }

 private:
  TopicPartition next_;
};

}  // namespace rill::engine
