#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/time/time.h"
#include "engine/group/events.h"
#include "engine/group/group.h"
#include "engine/group/subscribed_topics.h"
#include "engine/group/timers.h"

namespace rill::engine {

// The coordinator of consumer groups (Kafka's classic protocol) as a state machine: an event and
// the time go in, effects come out. It does no I/O, reads no clock and takes no lock; the caller
//   - serialises the calls (one lock around the coordinator will do),
//   - gives times that do not go back,
//   - carries out the effects in order,
//   - calls Tick when NextDeadline has come.
// Members in this process and members behind a wire are the same to it.
//
// Errors are Kafka's codes inside the responses. A request that must wait is answered by a later
// effect with its token, exactly once; Close answers all that still wait.
class GroupCoordinator {
 public:
  GroupCoordinator(GroupConfig config, MemberIdSource new_member_id)
      : config_(config), new_member_id_(std::move(new_member_id)) {}

  // INVALID_GROUP_ID or INVALID_SESSION_TIMEOUT of a join that is refused by any group.
  ErrorCode CheckJoin(const JoinRequest& request) const;
  Effects Join(const JoinRequest& request, RequestToken token, absl::Time now);
  Effects Sync(const SyncRequest& request, RequestToken token, absl::Time now);
  // NONE; REBALANCE_IN_PROGRESS tells the member to join again. For members that need no heartbeat,
  // call it when they poll.
  ErrorCode Heartbeat(const HeartbeatRequest& request, absl::Time now);
  LeaveResponse Leave(const LeaveRequest& request, absl::Time now, Effects* effects);
  // Whether the committer may store offsets now. A commit without membership makes the group.
  ErrorCode ValidateCommit(const CommitRequest& request, absl::Time now);
  // NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND, or NONE: then the group is gone, and its offsets, which
  // are the caller's, should go too.
  ErrorCode Delete(const std::string& group_id, absl::Time now, Effects* effects);

  // NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND, or NONE: then offsets may be deleted of topics that no
  // member may subscribe to.
  ErrorCode ValidateOffsetDelete(const std::string& group_id) const;
  void AddSubscribed(const std::string& group_id, SubscribedTopics& topics) const;

  // Group::ExpiryOfOffsets; a group that is not here only has offsets.
  std::optional<OffsetExpiry> ExpiryOfOffsets(const std::string& group_id) const;

  DescribedGroup Describe(const std::string& group_id) const;
  // By id. An empty filter lists all.
  std::vector<ListedGroup> List(const std::vector<GroupState>& states = {}) const;

  // How the writing of a StoreGroup's record went: NONE, or the error of the append.
  Effects Stored(const std::string& group_id, StoreTicket ticket, ErrorCode error, absl::Time now);

  // Does what is due at `now`.
  Effects Tick(absl::Time now);
  // When Tick must be called next; InfiniteFuture when nothing is waited for.
  absl::Time NextDeadline() const { return timers_.Next(); }

  // Takes a stored group over, in place of what is there, before it is used. Its members have their
  // session timeout to speak up; leave out of `value` those that lived in a process that has ended,
  // or a rebalance waits for them. An empty value makes a group that has offsets only.
  Effects Restore(const std::string& group_id, const GroupMetadataValue& value, absl::Time now);

  // The members of a group of consumers, for the coordinator of consumer groups (KIP-848); nothing
  // where they are no consumers.
  std::optional<MigratingGroup> Migrating(const std::string& group_id) const;
  // The group is the other coordinator's: its record is erased, and who waits is told to join
  // again.
  Effects GiveAway(const std::string& group_id, absl::Time now);
  // Takes a group over from there, at least one member, all of which are asked to join again.
  Effects Adopt(const std::string& group_id, MigratingGroup group, absl::Time now);

  // Answers all that wait with NOT_COORDINATOR and forgets the groups (nothing is erased from the
  // log): the groups move elsewhere, or the engine closes.
  Effects Close(absl::Time now);

 private:
  GroupStep Step(absl::Time now, Effects& effects);
  Group* Find(const std::string& group_id);

  GroupConfig config_;
  MemberIdSource new_member_id_;
  StoreTicket next_ticket_ = 1;
  Timers timers_;
  absl::btree_map<std::string, Group> groups_;
};

}  // namespace rill::engine
