#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rill/export.h"
#include "rill/records.h"

namespace rill {

// An offset that a group committed: the one to read next, with whatever the application adds.
struct OffsetAndMetadata {
  std::int64_t offset = 0;
  std::int32_t leader_epoch = -1;
  std::string metadata = {};

  friend bool operator==(const OffsetAndMetadata&, const OffsetAndMetadata&) = default;
};

// States of a group, by Kafka's names. kAssigning and kReconciling are of groups whose partitions
// the broker assigns (KIP-848), kPreparingRebalance and kCompletingRebalance of all others.
enum class GroupState {
  kEmpty,
  kPreparingRebalance,
  kCompletingRebalance,
  kStable,
  kDead,
  kAssigning,
  kReconciling,
};

// "Empty", "PreparingRebalance" and so on.
RILL_EXPORT const char* GroupStateName(GroupState state);

struct GroupListing {
  std::string group;
  GroupState state = GroupState::kEmpty;
};

struct GroupMember {
  std::string member_id;
  std::string group_instance_id;  // empty: not a static member
  std::string client_id;
  std::string host;
  std::vector<TopicPartition> assignment;
};

struct GroupDescription {
  std::string group;
  GroupState state = GroupState::kEmpty;
  std::int32_t generation = -1;  // the group's epoch where the broker assigns partitions
  std::string assignor;          // the one that the members agreed on, e.g. "range"
  std::vector<GroupMember> members;
};

}  // namespace rill
