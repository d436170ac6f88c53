#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "engine/group/consumer_group_events.h"
#include "engine/group/consumer_group_member.h"
#include "engine/group/consumer_group_regexes.h"
#include "engine/group/events.h"
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
// Plain state, no I/O, no clock; not thread-safe.
class ConsumerGroup {
 public:
  ConsumerGroup(std::string id, std::int32_t epoch) : id_(std::move(id)), epoch_(epoch) {}

  bool empty() const { return members_.empty(); }
  GroupState state() const;
  DescribedConsumerGroup Describe(const ConsumerGroupConfig& config) const;
  void AddSubscribed(SubscribedTopics& topics) const;
  // What Heartbeat is to be told with this request, so that members have what they subscribe to;
  // nothing where it would refuse the request.
  std::vector<std::string> RegexesToResolve(const ConsumerHeartbeat& request,
                                            std::uint64_t topics_version, absl::Time now,
                                            const ConsumerGroupConfig& config) const;

  // With the members that were written down, each of which has a session to speak up. Once, where
  // there are none.
  void Restore(const StoredConsumerGroup& stored, ConsumerGroupStep& step);

  // A member joins or goes on. A refusal changes nothing.
  ConsumerHeartbeatResponse Heartbeat(const ConsumerHeartbeat& request, const GroupTopics& topics,
                                      ConsumerGroupStep& step);
  // A member leaves, for good or (kStaticLeavingEpoch) to come back.
  ConsumerHeartbeatResponse Leave(const ConsumerHeartbeat& request, ConsumerGroupStep& step);
  void OnTimer(const TimerKey& timer, ConsumerGroupStep& step);

  ErrorCode ValidateCommit(const CommitRequest& request) const;
  ErrorCode ValidateFetch(const std::string& member_id, std::int32_t member_epoch) const;

 private:
  using Refusal = ConsumerHeartbeatResponse;  // NONE where nothing is refused

  // consumer_group.cc: members and what follows from them.
  const ConsumerMember* Find(const std::string& member_id) const;
  const ConsumerMember* FindStatic(const std::string& instance_id) const;
  ServerAssignor PreferredAssignor(const ConsumerGroupConfig& config) const;
  std::vector<DescribedTopic> Named(const IdPartitions& partitions) const;
  void Hold(const ConsumerMember& member);
  void Release(const ConsumerMember& member);
  void BumpEpoch(ConsumerGroupStep& step);
  void Write(ConsumerGroupRecordType type, const std::string& member_id,
             std::optional<std::string> value, ConsumerGroupStep& step) const;
  void WriteGone(const std::string& member_id, ConsumerGroupStep& step) const;
  void Fence(const std::string& member_id, ConsumerGroupStep& step);
  void LeaveForAWhile(const std::string& member_id, ConsumerGroupStep& step);

  // consumer_group_heartbeat.cc
  Refusal Check(const ConsumerHeartbeat& request, const ConsumerGroupConfig& config) const;
  Refusal CheckJoin(const ConsumerHeartbeat& request, const ConsumerGroupConfig& config) const;
  Refusal CheckKnown(const ConsumerHeartbeat& request) const;
  std::vector<std::string> TopicsOf(const ConsumerMember& member) const;
  ConsumerMember& FindOrAdd(const ConsumerHeartbeat& request, ConsumerGroupStep& step);
  void Replace(const std::string& old_id, const std::string& new_id, ConsumerGroupStep& step);
  bool TakeSubscription(ConsumerMember& member, const ConsumerHeartbeat& request);
  static bool TakeDetails(ConsumerMember& member, const ConsumerHeartbeat& request);
  bool TakeRegexes(const ResolvedRegexes& resolved, absl::Time now);
  static void LookForTopics(ConsumerMember& member, const GroupTopics& topics,
                            std::uint64_t version);
  bool TakeTopics(const GroupTopics& topics);
  void MakeTarget(ConsumerGroupStep& step);

  // consumer_group_reconcile.cc
  void Reconcile(ConsumerMember& member, const std::optional<IdPartitions>& owned,
                 ConsumerGroupStep& step);
  bool IsHeldByOther(const IdPartition& partition, const ConsumerMember& member) const;
  void MoveOn(ConsumerMember& member, std::int32_t epoch, const std::optional<IdPartitions>& owned,
              ConsumerGroupStep& step);

  std::string id_;
  std::int32_t epoch_ = 0;
  std::int32_t assignment_epoch_ = 0;
  absl::btree_map<std::string, ConsumerMember> members_;
  absl::flat_hash_map<std::string, std::string> static_members_;  // instance id -> member id
  absl::flat_hash_map<IdPartition, std::string> holders_;         // member id
  ConsumerGroupRegexes regexes_;
  // Of those that members subscribe to, what was last seen, and when. nullopt: to be looked at.
  GroupTopicMap topics_;
  std::optional<std::uint64_t> topics_version_;
};

}  // namespace rill::engine
