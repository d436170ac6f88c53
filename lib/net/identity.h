#pragma once

#include <cstdint>

#include "engine/partition_state.h"
#include "net/call.h"

namespace rill::net {

// The number of this node, which leads every partition and coordinates every group.
inline std::int32_t NodeId(const Call& call) { return call.node.node_id; }

inline constexpr std::int32_t kFirstLeaderEpoch = 0;

// The partition's leader epoch; that of a log that was never opened is the first.
inline std::int32_t LeaderEpochOf(const engine::PartitionState& partition) {
  const auto& log = partition.log();
  return log == nullptr ? kFirstLeaderEpoch : log->leader_epoch();
}

}  // namespace rill::net
