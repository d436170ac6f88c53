#pragma once

#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "engine/group/assignor_model.h"
#include "engine/group/java_map.h"

namespace rill::engine {

// The moves of partitions between members that a rebalance has come to so far, so that it does not
// move one partition there and another of the same topic back, where moving none would do.
class PartitionMoves {
 public:
  explicit PartitionMoves(const AssignorModel& model) : model_(model) {}

  // The partition to move in place of `partition`: one of the same topic that was moved the other
  // way, if there is one.
  int Best(int partition, int from, int to) const;

  // Notes the move. Coming back to where it started undoes what was noted.
  void Add(int partition, int from, int to);

 private:
  using Route = std::tuple<int, int, int>;     // topic, from, to
  using Moved = JavaMap<TopicPartition, int>;  // Kafka takes the first in its set's order

  const AssignorModel& model_;
  absl::flat_hash_map<int, std::pair<int, int>> by_partition_;  // from, to
  absl::flat_hash_map<Route, Moved> by_route_;
};

}  // namespace rill::engine
