#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/group/consumer_group_events.h"
#include "engine/group/consumer_group_member.h"
#include "engine/group/consumer_group_regexes.h"
#include "engine/group/events.h"
#include "engine/group/protocol.h"
#include "engine/group/protocol_counts.h"
#include "engine/group/stored_consumer_group.h"
#include "engine/group/subscribed_topics.h"
#include "engine/group/timers.h"
#include "rill/group.h"

namespace rill::engine {

// What one step of a consumer group works with: read the time and the rules, set timers, add
// effects.
struct ConsumerGroupStep {
  const ConsumerGroupConfig& config;
  Timers& timers;
  absl::Time now;
  ConsumerGroupEffects& effects;
};

// One group whose partitions the coordinator assigns, by the rules of KIP-848.
//
// The group's epoch moves when members come and go, change what they subscribe to, or the topics
// change; the next heartbeat of any member makes a target assignment for it. Each member is then
// led there by its own heartbeats: first it gives up what it is not to have any more, and says so;
// then it moves to the target's epoch and is given what nobody else has; what others still have
// follows partition by partition as they give it up. A partition is held by one member at a time,
// from the answer that assigns it until the heartbeat that no longer names it, or until the member
// is gone.
//
// Members of the classic protocol may be among them (KIP-848's online migration): their generation
// is their epoch, a JoinGroup is a heartbeat that joins, SyncGroup tells them what they have, and
// their heartbeats tell them when to join again.
//
// Plain state, no I/O, no clock; not thread-safe.
class ConsumerGroup {
 public:
  ConsumerGroup(std::string id, std::int32_t epoch) : id_(std::move(id)), epoch_(epoch) {}

  bool empty() const { return members_.empty(); }
  std::size_t size() const { return members_.size(); }
  GroupState state() const;
  DescribedConsumerGroup Describe(const ConsumerGroupConfig& config,
                                  const GroupTopics& topics) const;
  void AddSubscribed(SubscribedTopics& topics) const;
  // What Heartbeat is to be told with this request, so that members have what they subscribe to;
  // nothing where it would refuse the request.
  std::vector<std::string> RegexesToResolve(const ConsumerHeartbeat& request,
                                            std::uint64_t topics_version, absl::Time now,
                                            const ConsumerGroupConfig& config) const;

  // With the members that were written down, each of which has a session to speak up. Once, where
  // there are none. One that would have what another one of a later epoch has, for not all could be
  // written down, is out.
  void Restore(const StoredConsumerGroup& stored, ConsumerGroupStep& step);

  // The members of a classic group with what they have, at its generation. Once, where there are
  // none; `group` is one that CheckAdoption lets pass.
  void Adopt(const MigratingGroup& group, const GroupTopics& topics, ConsumerGroupStep& step);
  // FailedPrecondition where the members' words cannot be read, or those of their assignor would be
  // lost.
  static absl::Status CheckAdoption(const MigratingGroup& group);
  bool HasOnlyClassicMembers() const;
  // Of a group that HasOnlyClassicMembers.
  MigratingGroup ToClassic(const GroupTopics& topics) const;

  // A member joins or goes on. A refusal changes nothing.
  ConsumerHeartbeatResponse Heartbeat(const ConsumerHeartbeat& request, const GroupTopics& topics,
                                      ConsumerGroupStep& step);
  // Cancels all timers and writes that the group is gone, before it is dropped.
  void Drop(ConsumerGroupStep& step) const;

  // What members of the classic protocol ask for. A join that CheckClassicJoin lets pass, whose
  // member has an id by then.
  ErrorCode CheckClassicJoin(const JoinRequest& request, const ConsumerGroupConfig& config) const;
  JoinResponse JoinClassic(const JoinRequest& request, const ConsumerSubscription& subscription,
                           const GroupTopics& topics, ConsumerGroupStep& step);
  // Whether a member of that id was removed, and is told so with this: once, for clients differ in
  // what they forget then. The last kRemovedKnown are known, until a restart.
  bool TellRemoved(const std::string& member_id);
  SyncResponse SyncClassic(const SyncRequest& request, const GroupTopics& topics,
                           ConsumerGroupStep& step);
  ErrorCode HeartbeatClassic(const HeartbeatRequest& request, ConsumerGroupStep& step);
  LeaveResponse::Member LeaveByName(const LeavingMember& leaving, ConsumerGroupStep& step);
  // A member leaves, for good or (kStaticLeavingEpoch) to come back.
  ConsumerHeartbeatResponse Leave(const ConsumerHeartbeat& request, ConsumerGroupStep& step);
  void OnTimer(const TimerKey& timer, ConsumerGroupStep& step);

  // A member may commit at an epoch before its own, too, what it has had since then (KIP-1251). One
  // of the classic protocol may not commit what another member has.
  CommitCheck ValidateCommit(const CommitRequest& request, const CommittedOffsets& offsets,
                             const GroupTopics& topics) const;
  ErrorCode ValidateFetch(const std::string& member_id, std::int32_t member_epoch) const;

 private:
  static constexpr std::size_t kRemovedKnown = 1000;
  using Refusal = ConsumerHeartbeatResponse;  // NONE where nothing is refused

  // consumer_group.cc: members and what follows from them.
  const ConsumerMember* Find(const std::string& member_id) const;
  const ConsumerMember* FindStatic(const std::string& instance_id) const;
  ServerAssignor PreferredAssignor(const ConsumerGroupConfig& config) const;
  GroupTopicMap TopicsToDescribe(const GroupTopics& topics) const;
  void Hold(const ConsumerMember& member);
  void Release(const ConsumerMember& member);
  void BumpEpoch(ConsumerGroupStep& step);
  void Write(ConsumerGroupRecordType type, const std::string& member_id,
             std::optional<std::string> value, ConsumerGroupStep& step) const;
  void WriteGone(const std::string& member_id, ConsumerGroupStep& step) const;
  void SetClassic(ConsumerMember& member, std::optional<ClassicConsumer> classic);
  void Fence(const std::string& member_id, ConsumerGroupStep& step);
  void LeaveForAWhile(const std::string& member_id, ConsumerGroupStep& step);

  void AwaitSignOfLife(const ConsumerMember& member, ConsumerGroupStep& step) const;
  void CancelTimers(const std::string& member_id, ConsumerGroupStep& step) const;

  // consumer_group_heartbeat.cc
  bool HasRoomFor(const std::string& member_id, const ConsumerGroupConfig& config) const;
  ConsumerHeartbeatResponse Advance(const ConsumerHeartbeat& request, const GroupTopics& topics,
                                    ConsumerGroupStep& step);
  Refusal Check(const ConsumerHeartbeat& request, const ConsumerGroupConfig& config) const;
  Refusal CheckJoin(const ConsumerHeartbeat& request, const ConsumerGroupConfig& config) const;
  Refusal CheckKnown(const ConsumerHeartbeat& request) const;
  std::vector<std::string> TopicsOf(const ConsumerMember& member) const;
  ConsumerMember& FindOrAdd(const ConsumerHeartbeat& request, ConsumerGroupStep& step);
  void Replace(const std::string& old_id, const std::string& new_id, ConsumerGroupStep& step);
  bool TakeSubscription(ConsumerMember& member, const ConsumerHeartbeat& request);
  bool TakeDetails(ConsumerMember& member, const ConsumerHeartbeat& request,
                   ConsumerGroupStep& step);
  bool TakeRegexes(const ResolvedRegexes& resolved, ConsumerGroupStep& step);
  static void LookForTopics(ConsumerMember& member, const GroupTopics& topics,
                            std::uint64_t version);
  bool TakeTopics(const GroupTopics& topics);
  bool AreAllTargets(const GroupTopicMap& topics) const;
  void MakeTarget(ConsumerGroupStep& step);

  // consumer_group_reconcile.cc
  void Reconcile(ConsumerMember& member, const std::optional<IdPartitions>& owned,
                 ConsumerGroupStep& step);
  bool IsHeldByOther(const IdPartition& partition, const ConsumerMember& member) const;
  void MoveOn(ConsumerMember& member, std::int32_t epoch, const std::optional<IdPartitions>& owned,
              ConsumerGroupStep& step);

  // consumer_group_restore.cc
  bool IsCrossed(const ConsumerMember& member) const;

  // consumer_group_classic.cc
  void TakeWhatIsFree(const IdPartitions& some, ConsumerMember& member);
  ErrorCode CheckNamed(const std::string& member_id, const std::string& instance_id) const;
  ErrorCode CheckClassic(const std::string& member_id, const std::string& instance_id) const;
  bool WaitsForPartitions(const ConsumerMember& member) const;
  void AwaitJoin(const ConsumerMember& member, ConsumerGroupStep& step) const;

  std::string id_;
  std::int32_t epoch_ = 0;
  std::int32_t assignment_epoch_ = 0;
  absl::btree_map<std::string, ConsumerMember> members_;
  absl::flat_hash_map<std::string, std::string> static_members_;  // instance id -> member id
  absl::flat_hash_map<IdPartition, std::string> holders_;         // member id
  ProtocolCounts classic_protocols_;
  std::deque<std::string> removed_;  // ids, the oldest first
  ConsumerGroupRegexes regexes_;
  // Of those that members subscribe to, what was last seen, and when. nullopt: to be looked at.
  GroupTopicMap topics_;
  std::optional<std::uint64_t> topics_version_;
};

}  // namespace rill::engine
