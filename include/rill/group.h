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

// States of a group, by Kafka's names.
enum class GroupState { kEmpty, kPreparingRebalance, kCompletingRebalance, kStable, kDead };

// "Empty", "PreparingRebalance", "CompletingRebalance", "Stable", "Dead".
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
  std::int32_t generation = -1;
  std::string assignor;  // the protocol the members agreed on, e.g. "range"
  std::vector<GroupMember> members;
};

}  // namespace rill
