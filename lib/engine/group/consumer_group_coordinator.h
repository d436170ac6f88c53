#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/group/consumer_group.h"
#include "engine/group/consumer_group_events.h"
#include "engine/group/events.h"
#include "engine/group/stored_consumer_group.h"
#include "engine/group/subscribed_topics.h"
#include "engine/group/timers.h"

namespace rill::engine {

// The coordinator of consumer groups (KIP-848) as a state machine, beside GroupCoordinator, which
// has the classic ones: an event and the time go in, the answer and effects come out. It does no
// I/O, reads no clock and takes no lock; the caller
//   - serialises the calls,
//   - gives times that do not go back,
//   - carries out the effects in order,
//   - calls Tick when NextDeadline has come,
//   - keeps a group id to one of the two coordinators.
//
// Nothing waits: every request is answered at once, those of the classic protocol, too, which
// members of a group may speak that has come from the other coordinator, or is on its way there.
class ConsumerGroupCoordinator {
 public:
  // config.assignors has at least one. `times_of` says what groups have of their own, and may say
  // something else each time: it holds for a member from its next heartbeat on.
  ConsumerGroupCoordinator(ConsumerGroupConfig config, MemberIdSource new_member_id,
                           ConsumerGroupTimesSource times_of = {})
      : config_(std::move(config)),
        new_member_id_(std::move(new_member_id)),
        times_of_(std::move(times_of)) {}

  // What is wrong with a heartbeat, whatever its group.
  ConsumerHeartbeatResponse Check(const ConsumerHeartbeat& request) const;

  // The regular expressions that are to be resolved before Heartbeat, and given to it in
  // request.resolved: one that the member comes with, and those of the group that it is time for.
  std::vector<std::string> RegexesToResolve(const ConsumerHeartbeat& request,
                                            std::uint64_t topics_version, absl::Time now) const;

  // A member of kJoiningEpoch makes the group. Anybody else is UNKNOWN_MEMBER_ID in a group that is
  // not there, and joins again; Kafka says GROUP_ID_NOT_FOUND, which clients give up at.
  ConsumerHeartbeatResponse Heartbeat(ConsumerHeartbeat request, const GroupTopics& topics,
                                      absl::Time now, ConsumerGroupEffects* effects);

  bool Has(const std::string& group_id) const { return groups_.contains(group_id); }
  // Whether it is there and has members.
  bool HasMembers(const std::string& group_id) const;
  // Of a group that is there: whether the committer may store offsets now.
  CommitCheck ValidateCommit(const CommitRequest& request, const CommittedOffsets& offsets,
                             const GroupTopics& topics) const;
  // Of a group that is there: whether the member may ask for offsets now. Without an id and an
  // epoch (-1), anybody may.
  ErrorCode ValidateFetch(const std::string& group_id, const std::string& member_id,
                          std::int32_t member_epoch) const;
  // NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND, or NONE: then the group is gone.
  ErrorCode Delete(const std::string& group_id, ConsumerGroupEffects* effects);

  void AddSubscribed(const std::string& group_id, SubscribedTopics& topics) const;
  // Of a group that is there.
  DescribedConsumerGroup Describe(const std::string& group_id, const GroupTopics& topics) const;
  std::vector<ListedGroup> List() const;  // by id

  // Does what is due at `now`.
  void Tick(absl::Time now, ConsumerGroupEffects* effects);
  // When Tick must be called next; InfiniteFuture when nothing is waited for.
  absl::Time NextDeadline() const { return timers_.Next(); }

  // A member of the classic protocol joins a group that has members.
  JoinResponse Join(JoinRequest request, const GroupTopics& topics, absl::Time now,
                    ConsumerGroupEffects* effects);
  SyncResponse Sync(const SyncRequest& request, const GroupTopics& topics, absl::Time now);
  ErrorCode Heartbeat(const HeartbeatRequest& request, absl::Time now);
  LeaveResponse Leave(const LeaveRequest& request, absl::Time now, ConsumerGroupEffects* effects);

  // Whether a classic group with members may become one of these: OK, or FailedPrecondition with
  // the reason. Nothing is a group whose members are no consumers.
  absl::Status CheckAdoption(const std::optional<MigratingGroup>& group) const;
  // Takes over a group that CheckAdoption lets pass and that is not here.
  void Adopt(const std::string& group_id, const MigratingGroup& group, const GroupTopics& topics,
             absl::Time now, ConsumerGroupEffects* effects);
  // Whether the group is to become a classic one, for all its members speak that protocol.
  bool MayGiveAway(const std::string& group_id, std::int32_t max_size) const;
  // Takes a group out that MayGiveAway. Nobody waits for an answer here.
  MigratingGroup GiveAway(const std::string& group_id, const GroupTopics& topics,
                          ConsumerGroupEffects* effects);
  // Takes a group out that has just been adopted, as if it had never come.
  void Forget(const std::string& group_id);

  // A group of that epoch, without members. `epoch` is at least 0.
  void Restore(const std::string& group_id, std::int32_t epoch);
  // Gives a restored group that has none its members, each of which has a session to speak up.
  void RestoreMembers(const std::string& group_id, const StoredConsumerGroup& stored,
                      absl::Time now, ConsumerGroupEffects* effects);
  // Forgets all; nothing is erased from the log.
  void Close();

 private:
  ConsumerGroupStep Step(absl::Time now, ConsumerGroupEffects& effects);
  void Drop(const std::string& group_id, ConsumerGroupEffects& effects);
  const ConsumerGroup* Find(const std::string& group_id) const;
  ConsumerGroupConfig ConfigOf(const std::string& group_id) const;
  ConsumerHeartbeatResponse CheckJoin(const ConsumerHeartbeat& request) const;
  ConsumerHeartbeatResponse CheckEpochAndIds(const ConsumerHeartbeat& request) const;
  bool IsOffered(const std::string& assignor) const;

  const ConsumerGroupConfig config_;
  const MemberIdSource new_member_id_;
  const ConsumerGroupTimesSource times_of_;  // may be empty
  Timers timers_;
  absl::btree_map<std::string, ConsumerGroup> groups_;
};

}  // namespace rill::engine
