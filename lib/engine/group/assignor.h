#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/group/protocol.h"
#include "rill/records.h"

namespace rill::engine {

// The ways of dividing partitions among a group's consumers that Kafka brings along, with the
// answers of the Java client 4.3 to the same input: the same lists, in the same order. A group may
// have members of both kinds, and whichever leads, the outcome is the same.
//
//   range               topic by topic, runs of partitions to members in order
//   roundrobin          all partitions in turn to members in order
//   sticky              as even as can be, moving as little as possible
//   cooperative-sticky  the same, but a partition that moves is first taken from its owner and
//   given
//                       to its new one in the next rebalance, so that nobody stops for the others
//
// Not here: racks. Kafka heeds them where partitions have replicas in some racks only; rill's
// metadata has no racks, and without them Kafka's answers are these.
//
// For some inputs Kafka's sticky assignors throw, or give a partition twice, to a member that does
// not subscribe to it, or one that does not exist: where a member lists no topics or one twice, had
// partitions that are gone, or unsubscribed from what it had. Then a valid answer is given instead.
enum class Assignor { kRange, kRoundRobin, kSticky, kCooperativeSticky };

// "range" and so on; the other way round, nullopt when the name is unknown.
const char* AssignorName(Assignor assignor);
std::optional<Assignor> FindAssignor(std::string_view name);

// Whether members keep their partitions while they join.
constexpr bool IsCooperative(Assignor assignor) { return assignor == Assignor::kCooperativeSticky; }

// What a member sends as its subscription's user data. `assigned` is what it was last given,
// nullopt before the first time; `generation` that of the assignment, -1 before.
std::optional<std::string> AssignorUserData(
    Assignor assignor, const std::optional<std::vector<TopicPartition>>& assigned,
    std::int32_t generation);

struct AssignorMember {
  std::string member_id;
  std::string instance_id;  // empty: a dynamic member
  ConsumerSubscription subscription;
};

// What the leader knows. Members come as JoinGroup's response lists them, each id once; the order
// can decide between equals. Topics without partitions are as good as unknown ones.
struct AssignorInput {
  std::vector<AssignorMember> members;
  absl::flat_hash_map<std::string, std::int32_t> partition_counts;
};

// The partitions of each member, in the order of `input.members`.
std::vector<std::vector<TopicPartition>> Assign(Assignor assignor, const AssignorInput& input);

}  // namespace rill::engine
