#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "engine/group/consumer_group_records.h"
#include "engine/group/consumer_member_state.h"
#include "engine/group/member.h"
#include "engine/group/server_assignor.h"

namespace rill::engine {

// As ConsumerMember::topics has them.
inline std::vector<std::string> SortedOnce(std::vector<std::string> topics) {
  std::sort(topics.begin(), topics.end());
  topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
  return topics;
}

// How a member speaks that joined by the classic protocol. Its generation is its epoch.
struct ClassicConsumer {
  absl::Duration silence_limit = absl::ZeroDuration();
  bool needs_heartbeat = true;                // Member::needs_heartbeat
  std::vector<GroupProtocol> protocols = {};  // at least one

  friend bool operator==(const ClassicConsumer&, const ClassicConsumer&) = default;
};

// A member of a consumer group. Plain data; the group keeps it true.
struct ConsumerMember {
  std::string id = {};
  std::string instance_id = {};  // empty: a dynamic member
  std::string rack_id = {};
  std::string client_id = {};
  std::string client_host = {};
  absl::Duration rebalance_timeout = absl::ZeroDuration();
  std::vector<std::string> topics = {};  // by name; sorted, each once
  // Those of them that there are, and when that was looked at: a member may name any number of
  // others, which would cost every heartbeat of every member that makes a target assignment.
  std::vector<std::string> topics_there = {};
  std::optional<std::uint64_t> topics_version = {};
  std::string regex = {};  // empty: none
  std::optional<ServerAssignor> assignor = {};
  std::optional<ClassicConsumer> classic = {};

  std::int32_t epoch = kJoiningEpoch;
  std::int32_t previous_epoch = kJoiningEpoch;
  ConsumerMemberState state = ConsumerMemberState::kStable;
  IdPartitions assigned = {};               // what it has, or was told that it has
  IdPartitions pending_revocation = {};     // what it has besides, and must give up
  AssignmentEpochs assignment_epochs = {};  // since which it has each of these
  IdPartitions target = {};                 // what it is to have at the group's assignment epoch

  // What is written of it.
  ConsumerGroupMemberValue Details() const;
  ConsumerGroupCurrentValue Current() const {
    return {epoch, previous_epoch, state, assigned, pending_revocation, assignment_epochs};
  }

  // What it was to give up is none of its any more.
  void ForgetPendingRevocation() {
    for (const IdPartition& at : pending_revocation) assignment_epochs.erase(at);
    pending_revocation.clear();
  }

  bool is_static() const { return !instance_id.empty(); }
  bool IsReconciledTo(std::int32_t assignment_epoch) const {
    return state == ConsumerMemberState::kStable && epoch == assignment_epoch;
  }
};

}  // namespace rill::engine
