#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "engine/group/events.h"
#include "engine/group/java_map.h"
#include "engine/group/member.h"
#include "engine/group/offset_expiry.h"
#include "engine/group/protocol_counts.h"
#include "engine/group/subscribed_topics.h"
#include "engine/group/timers.h"
#include "rill/group.h"

namespace rill::engine {

// What one step of a group works with: read the time and the rules, set timers, add effects.
struct GroupStep {
  const GroupConfig& config;
  const MemberIdSource& new_member_id;
  StoreTicket& next_ticket;
  Timers& timers;
  absl::Time now;
  Effects& effects;
};

// One group: its members, its generation and its state, by the rules of Kafka's classic protocol.
//
//   Empty ──join──> PreparingRebalance ──all joined──> CompletingRebalance ──leader's sync──>
//   Stable
//                      │  ^    ^                          │                                   │
//                      │  │    └──join, leave, silence────┴───────────────────────────────────┘
//   Empty <──all left──┘  └ (waits for members to join again)
//
// Each generation has one protocol, one leader and one assignment. Plain state, no I/O, no clock;
// not thread-safe. What differs from Kafka, on purpose: every request that waits is answered, also
// when the member asks again (REBALANCE_IN_PROGRESS to the older request) or is removed
// (UNKNOWN_MEMBER_ID); Kafka leaves those to the client's timeout.
class Group {
 public:
  Group(std::string id, absl::Time now) : id_(std::move(id)), state_since_(now) {}

  GroupState state() const { return state_; }
  std::int32_t generation() const { return generation_; }
  const std::string& protocol_type() const { return protocol_type_; }
  DescribedGroup Describe() const;
  // Adds what the consumers among the members subscribe to.
  void AddSubscribed(SubscribedTopics& topics) const;
  // Whether offsets may be deleted: NON_EMPTY_GROUP where the members are no consumers, so that
  // nobody knows what they read.
  ErrorCode ValidateOffsetDelete() const;
  // When its offsets expire, but those of topics that a member may subscribe to; nothing: never as
  // it is now.
  std::optional<OffsetExpiry> ExpiryOfOffsets() const;
  // The record of an Empty group, written when the group comes into being.
  void StoreEmpty(GroupStep& step);

  // Takes over what was stored: Stable with the stored members, Empty without any.
  void Restore(const GroupMetadataValue& value, GroupStep& step);
  // Takes over the members of a consumer group, and asks them to join again.
  void Adopt(MigratingGroup group, GroupStep& step);
  // Nothing where the members are no consumers, or there are none.
  std::optional<MigratingGroup> Migrating() const;
  // Answers what waits with `error` and cancels all timers, before the group is dropped.
  void Drop(ErrorCode error, GroupStep& step);

  void Join(const JoinRequest& request, RequestToken token, GroupStep& step);
  void Sync(const SyncRequest& request, RequestToken token, GroupStep& step);
  ErrorCode Heartbeat(const HeartbeatRequest& request, GroupStep& step);
  std::vector<LeaveResponse::Member> Leave(const LeaveRequest& request, GroupStep& step);
  ErrorCode ValidateCommit(const CommitRequest& request, GroupStep& step);
  void OnStored(StoreTicket ticket, ErrorCode error, GroupStep& step);
  void OnTimer(const TimerKey& timer, GroupStep& step);

 private:
  // The leader's assignments, on their way to the log. Only while CompletingRebalance.
  struct PendingAssignments {
    StoreTicket ticket;
    absl::flat_hash_map<std::string, std::string> by_member;
  };
  // A static member that took over its place, on its way to the log.
  struct PendingReplacement {
    Member old_member;
    std::string new_member_id;
    RequestToken token;
    bool supports_skipping_assignment;
    std::string leader_before;
  };

  // group.cc: members and what follows from them.
  bool HasMember(std::string_view id) const { return members_.Find(id) != nullptr; }
  bool IsTaken(const GroupMetadataMember& stored) const;
  bool IsLeader(std::string_view id) const { return leader_ == id; }
  bool AllJoined() const;
  absl::Duration RebalanceTimeout() const;
  bool SupportsProtocols(const std::string& type, const std::vector<GroupProtocol>& known) const;
  std::string SelectProtocol() const;
  ErrorCode ValidateMember(const std::string& id, const std::string& instance_id) const;
  std::vector<JoinedMember> JoinedMembers() const;
  GroupMetadataValue Value(const absl::flat_hash_map<std::string, std::string>* assignments) const;
  StoreTicket Store(GroupMetadataValue value, GroupStep& step);
  void TransitionTo(GroupState state, absl::Time now);
  void Add(Member member);
  void Remove(const std::string& id, GroupStep& step);
  Member& Replace(const std::string& old_id, const std::string& new_id, GroupStep& step);
  void Update(Member& member, const JoinRequest& request, RequestToken token, GroupStep& step);

  // group_answers.cc: what members wait for, and how long they may be silent.
  void AwaitJoin(Member& member, RequestToken token, GroupStep& step);
  void AnswerJoin(RequestToken token, JoinResponse response, GroupStep& step);
  void AnswerSync(RequestToken token, SyncResponse response, GroupStep& step);
  bool AnswerWaitingJoin(Member& member, JoinResponse response, GroupStep& step);
  bool AnswerWaitingSync(Member& member, SyncResponse response, GroupStep& step);
  JoinResponse CurrentGeneration(const std::string& member_id, bool with_members) const;
  void ExpectSignOfLife(const Member& member, absl::Duration limit, GroupStep& step);
  void ExpectSignOfLife(const Member& member, GroupStep& step);
  void ForgetTimer(TimerKind kind, const std::string& member_id, GroupStep& step);

  // group_join.cc
  bool Accepts(std::string_view member_id, const GroupConfig& config) const;
  void JoinNew(const JoinRequest& request, RequestToken token, GroupStep& step);
  void JoinExisting(const JoinRequest& request, RequestToken token, GroupStep& step);
  void JoinAgainAs(const std::string& old_id, const std::string& new_id, const JoinRequest& request,
                   RequestToken token, GroupStep& step);
  void AddAndRebalance(const std::string& id, const JoinRequest& request, RequestToken token,
                       GroupStep& step);
  void FinishReplacement(const PendingReplacement& pending, ErrorCode error, GroupStep& step);

  // group_rebalance.cc
  void RebalanceOrCompleteJoin(std::string reason, GroupStep& step);
  void PrepareRebalance(std::string reason, GroupStep& step);
  void MaybeCompleteJoin(GroupStep& step);
  void ExtendOrCompleteInitialJoin(GroupStep& step);
  void CompleteJoin(GroupStep& step);
  bool ElectJoinedLeader();
  void StartGeneration(GroupStep& step);
  void ExpireMember(const std::string& id, GroupStep& step);
  void ExpireSync(GroupStep& step);

  // group_sync.cc
  void AcceptAssignments(const SyncRequest& request, GroupStep& step);
  void FinishAssignments(ErrorCode error, GroupStep& step);
  void NoteSynced(const std::string& member_id, GroupStep& step);
  void RevokeAssignments(ErrorCode error, GroupStep& step);
  ErrorCode LeaveOne(const LeavingMember& leaving, GroupStep& step);

  std::string id_;
  GroupState state_ = GroupState::kEmpty;
  GroupState previous_state_ = GroupState::kDead;
  absl::Time state_since_;
  std::int32_t generation_ = 0;
  std::string protocol_type_;  // empty: never had a member
  std::string protocol_;       // of the current generation; empty: none
  std::string leader_;         // empty: none

  JavaMap<std::string, Member> members_;
  int awaiting_join_ = 0;                                         // members with awaiting_join
  absl::flat_hash_map<std::string, std::string> static_members_;  // instance id -> member id
  ProtocolCounts protocols_;
  absl::flat_hash_set<std::string> pending_join_;  // were given an id, have not joined with it
  absl::flat_hash_set<std::string> pending_sync_;  // have not synced in this generation

  // The first rebalance of an empty group waits for more members: this much more at most, now.
  absl::Duration initial_delay_ = absl::ZeroDuration();
  absl::Duration initial_delay_left_ = absl::ZeroDuration();
  bool joined_during_initial_delay_ = false;

  std::optional<PendingAssignments> pending_assignments_;
  absl::btree_map<StoreTicket, PendingReplacement> pending_replacements_;
};

}  // namespace rill::engine
