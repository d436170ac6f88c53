#include "engine/group/partition_moves.h"

namespace rill::engine {

int PartitionMoves::Best(int partition, int from, int to) const {
  const auto moved = by_partition_.find(partition);
  if (moved != by_partition_.end()) from = moved->second.first;
  const auto back = by_route_.find(Route(model_.TopicOf(partition), to, from));
  return back == by_route_.end() ? partition : back->second.begin()->value;
}

void PartitionMoves::Add(int partition, int from, int to) {
  const int topic = model_.TopicOf(partition);
  const TopicPartition name = model_.Name(partition);
  const auto moved = by_partition_.find(partition);
  if (moved != by_partition_.end()) {
    const auto [start, end] = moved->second;
    by_partition_.erase(moved);
    const auto route = by_route_.find(Route(topic, start, end));
    route->second.Erase(name);
    if (route->second.empty()) by_route_.erase(route);
    if (start == to) return;
    from = start;
  }
  by_partition_[partition] = {from, to};
  by_route_[Route(topic, from, to)][name] = partition;
}

}  // namespace rill::engine
