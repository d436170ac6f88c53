#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "base/uuid.h"

namespace rill::engine {

// A partition by the id of its topic: a topic that is made later under the same name has another.
struct IdPartition {
  base::Uuid topic = {};
  std::int32_t partition = 0;

  friend auto operator<=>(const IdPartition&, const IdPartition&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const IdPartition& at) {
    return H::combine(std::move(h), at.topic, at.partition);
  }
};
using IdPartitions = absl::btree_set<IdPartition>;

// What a group needs to know of a topic.
struct GroupTopic {
  base::Uuid id = {};
  std::int32_t partitions = 0;

  friend bool operator==(const GroupTopic&, const GroupTopic&) = default;
};
using GroupTopicMap = absl::btree_map<std::string, GroupTopic>;  // by name

// The ways in which the coordinator itself divides partitions among a group's members (KIP-848), by
// Kafka's names.
//
//   uniform   as even as can be, moving as little as possible
//   range     topic by topic, runs of partitions to members in order
//
// range gives what Kafka's gives. uniform is as even as Kafka's and moves no more, but which of two
// members with equal claims gets a partition may differ: it is the assignor "sticky" of
// engine/group/assignor.h.
enum class ServerAssignor { kUniform, kRange };

// "uniform" and so on; the other way round, nullopt when the name is unknown.
const char* ServerAssignorName(ServerAssignor assignor);
std::optional<ServerAssignor> FindServerAssignor(std::string_view name);

struct ServerAssignorMember {
  std::string member_id = {};
  std::string instance_id = {};          // empty: a dynamic member
  std::vector<std::string> topics = {};  // each once; those that are not there count for nothing
  IdPartitions before = {};              // what it was to have until now
};

// The partitions of each member, in the order of `members`, whose ids are each there once.
std::vector<IdPartitions> AssignByServer(ServerAssignor assignor,
                                         const std::vector<ServerAssignorMember>& members,
                                         const GroupTopicMap& topics);

}  // namespace rill::engine
