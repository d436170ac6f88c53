// Members of the classic protocol in a group whose partitions the broker assigns (KIP-848).
#include <algorithm>
#include <utility>

#include "engine/group/consumer_group.h"
#include "engine/group/protocol.h"
#include "fmt/format.h"

namespace rill::engine {
namespace {

// Under each of its protocols a member subscribes to the same.
const std::string& MetadataOf(const std::vector<GroupProtocol>& protocols) {
  return protocols.front().metadata;
}

IdPartitions Identified(const std::vector<TopicPartition>& partitions, const GroupTopics& topics) {
  IdPartitions identified;
  for (const TopicPartition& at : partitions) {
    const auto topic = topics.Find(at.topic);
    const bool is_there =
        topic.has_value() && at.partition >= 0 && at.partition < topic->partitions;
    if (is_there) identified.insert({topic->id, at.partition});
  }
  return identified;
}

// No bytes: it has not been given anything.
absl::StatusOr<ConsumerAssignment> AssignedTo(const Member& member) {
  if (member.assignment.empty()) return ConsumerAssignment();
  return DecodeAssignment(member.assignment);
}

// What members say that they own. Those who heard of a later generation come first, for they know
// better.
std::vector<std::pair<std::string, ConsumerSubscription>> ClaimsOf(const MigratingGroup& group) {
  std::vector<std::pair<std::string, ConsumerSubscription>> claims;
  for (const Member& member : group.members) {
    claims.emplace_back(member.id, DecodeSubscription(MetadataOf(member.protocols)).value());
  }
  std::stable_sort(claims.begin(), claims.end(), [](const auto& a, const auto& b) {
    return a.second.generation > b.second.generation;
  });
  return claims;
}

// What the member has, in the version of its own bytes.
std::string AssignmentOf(const ConsumerMember& member, const GroupTopics& topics) {
  ConsumerAssignment assignment;
  for (const std::string& name : member.topics) {
    const auto topic = topics.Find(name);
    if (!topic.has_value()) continue;
    for (auto at = member.assigned.lower_bound({topic->id, 0});
         at != member.assigned.end() && at->topic == topic->id; ++at) {
      assignment.partitions.push_back({name, at->partition});
    }
  }
  return EncodeAssignment(assignment, SubscriptionVersion(MetadataOf(member.classic->protocols)));
}

ConsumerHeartbeat HeartbeatOf(const JoinRequest& request, const ConsumerSubscription& subscription,
                              const GroupTopics& topics) {
  ConsumerHeartbeat heartbeat{
      .group_id = request.group_id,
      .member_id = request.member_id,
      .client_id = request.client_id,
      .client_host = request.client_host,
      .rebalance_timeout = request.rebalance_timeout,
      .subscribed_topics = subscription.topics,
      .subscribed_regex = "",
      .owned = Identified(subscription.owned_partitions, topics),
      .classic =
          ClassicConsumer{.silence_limit = request.needs_heartbeat ? request.session_timeout
                                                                   : request.rebalance_timeout,
                          .needs_heartbeat = request.needs_heartbeat,
                          .protocols = request.protocols}};
  if (!request.group_instance_id.empty()) heartbeat.instance_id = request.group_instance_id;
  if (!subscription.rack.empty()) heartbeat.rack_id = subscription.rack;
  return heartbeat;
}

// All but what it has.
ConsumerMember ToConsumer(const Member& member, std::int32_t generation) {
  const auto subscription = DecodeSubscription(MetadataOf(member.protocols));
  return {.id = member.id,
          .instance_id = member.instance_id,
          .rack_id = subscription->rack,
          .client_id = member.client_id,
          .client_host = member.client_host,
          .rebalance_timeout = member.rebalance_timeout,
          .topics = SortedOnce(subscription->topics),
          .classic = ClassicConsumer{.silence_limit = member.SilenceLimit(),
                                     .needs_heartbeat = member.needs_heartbeat,
                                     .protocols = member.protocols},
          .epoch = generation,
          .previous_epoch = generation};
}

Member ToMember(const ConsumerMember& consumer, const GroupTopics& topics) {
  return {.id = consumer.id,
          .instance_id = consumer.instance_id,
          .client_id = consumer.client_id,
          .client_host = consumer.client_host,
          .session_timeout = consumer.classic->silence_limit,
          .rebalance_timeout = consumer.rebalance_timeout,
          .needs_heartbeat = consumer.classic->needs_heartbeat,
          .protocols = consumer.classic->protocols,
          .assignment = AssignmentOf(consumer, topics)};
}

}  // namespace

absl::Status ConsumerGroup::CheckAdoption(const MigratingGroup& group) {
  for (const Member& member : group.members) {
    const bool is_readable = DecodeSubscription(MetadataOf(member.protocols)).ok();
    const auto assignment = AssignedTo(member);
    if (!is_readable || !assignment.ok()) {
      return absl::FailedPreconditionError(
          fmt::format("member {} does not speak the consumers' embedded protocol", member.id));
    }
    if (!assignment->user_data.value_or("").empty()) {
      return absl::FailedPreconditionError(fmt::format(
          "user data that its assignor has given to member {} would be lost", member.id));
    }
  }
  return absl::OkStatus();
}

void ConsumerGroup::Adopt(const MigratingGroup& group, const GroupTopics& topics,
                          ConsumerGroupStep& step) {
  using Type = ConsumerGroupRecordType;
  epoch_ = assignment_epoch_ = group.generation;
  Write(Type::kEpoch, "", EncodeValue(ConsumerGroupEpochValue{epoch_}), step);
  Write(Type::kTargetEpoch, "", EncodeValue(ConsumerGroupTargetEpochValue{epoch_}), step);
  for (const Member& joined : group.members) {
    ConsumerMember member = ToConsumer(joined, group.generation);
    TakeWhatIsFree(Identified(AssignedTo(joined)->partitions, topics), member);
    if (member.is_static()) static_members_[member.instance_id] = member.id;
    SetClassic(member, std::exchange(member.classic, std::nullopt));
    members_.emplace(joined.id, std::move(member));
  }
  // Of cooperative members, which keep what they have while they await an assignment, and what it
  // takes from them until they have heard it; then they join again, and say what is left.
  for (const auto& [member_id, claim] : ClaimsOf(group)) {
    TakeWhatIsFree(Identified(claim.owned_partitions, topics), members_.at(member_id));
  }
  for (auto& [id, member] : members_) {
    member.target = member.assigned;
    AwaitSignOfLife(member, step);
    Write(Type::kMember, id, EncodeValue(member.Details()), step);
    Write(Type::kTarget, id, EncodeValue(ConsumerGroupTargetValue{member.target}), step);
    Write(Type::kCurrent, id, EncodeValue(member.Current()), step);
  }
}

// Their leader may have given one to two.
void ConsumerGroup::TakeWhatIsFree(const IdPartitions& some, ConsumerMember& member) {
  for (const IdPartition& at : some) {
    if (!holders_.try_emplace(at, member.id).second) continue;
    member.assigned.insert(at);
    member.assignment_epochs.emplace(at, member.epoch);
  }
}

bool ConsumerGroup::HasOnlyClassicMembers() const {
  return !members_.empty() && std::all_of(members_.begin(), members_.end(), [](const auto& entry) {
    return entry.second.classic.has_value();
  });
}

MigratingGroup ConsumerGroup::ToClassic(const GroupTopics& topics) const {
  // Where those members are that follow: nobody has been led to what the last leave has made.
  MigratingGroup group{.generation = assignment_epoch_};
  for (const auto& [id, member] : members_) group.members.push_back(ToMember(member, topics));
  return group;
}

ErrorCode ConsumerGroup::CheckClassicJoin(const JoinRequest& request,
                                          const ConsumerGroupConfig& config) const {
  if (!HasRoomFor(request.member_id, config)) return ErrorCode::kGroupMaxSizeReached;
  const bool is_supported = request.protocol_type == kConsumerProtocolType &&
                            classic_protocols_.AllKnowOneOf(request.protocols);
  if (!is_supported) return ErrorCode::kInconsistentGroupProtocol;
  if (request.group_instance_id.empty() || request.member_id.empty()) return ErrorCode::kNone;
  return CheckNamed(request.member_id, request.group_instance_id);
}

// Its generation may be the one before: then it must give up partitions, and join again.
JoinResponse ConsumerGroup::JoinClassic(const JoinRequest& request,
                                        const ConsumerSubscription& subscription,
                                        const GroupTopics& topics, ConsumerGroupStep& step) {
  const auto joined = Advance(HeartbeatOf(request, subscription, topics), topics, step);
  step.timers.Cancel({id_, TimerKind::kJoin, joined.member_id});
  step.timers.Schedule({id_, TimerKind::kSync, joined.member_id},
                       step.now + request.rebalance_timeout);
  return {.generation = joined.member_epoch,
          .protocol_type = kConsumerProtocolType,
          .protocol_name = request.protocols.front().name,
          .member_id = joined.member_id};
}

ErrorCode ConsumerGroup::CheckNamed(const std::string& member_id,
                                    const std::string& instance_id) const {
  const ConsumerMember* const member =
      instance_id.empty() ? Find(member_id) : FindStatic(instance_id);
  if (member == nullptr) return ErrorCode::kUnknownMemberId;
  return member->id == member_id ? ErrorCode::kNone : ErrorCode::kFencedInstanceId;
}

// UNKNOWN_MEMBER_ID also of members that do not speak the classic protocol.
ErrorCode ConsumerGroup::CheckClassic(const std::string& member_id,
                                      const std::string& instance_id) const {
  const ErrorCode error = CheckNamed(member_id, instance_id);
  if (error != ErrorCode::kNone) return error;
  return Find(member_id)->classic.has_value() ? ErrorCode::kNone : ErrorCode::kUnknownMemberId;
}

void ConsumerGroup::AwaitJoin(const ConsumerMember& member, ConsumerGroupStep& step) const {
  step.timers.ScheduleIfNone({id_, TimerKind::kJoin, member.id},
                             step.now + member.rebalance_timeout);
}

bool ConsumerGroup::TellRemoved(const std::string& member_id) {
  const auto removed = std::find(removed_.begin(), removed_.end(), member_id);
  if (removed == removed_.end()) return false;
  removed_.erase(removed);
  return true;
}

SyncResponse ConsumerGroup::SyncClassic(const SyncRequest& request, const GroupTopics& topics,
                                        ConsumerGroupStep& step) {
  const ErrorCode error = CheckClassic(request.member_id, request.group_instance_id);
  if (error != ErrorCode::kNone) return {.error = error};
  const ConsumerMember& member = members_.at(request.member_id);
  if (request.generation != member.epoch) return {.error = ErrorCode::kIllegalGeneration};
  const std::string& protocol = member.classic->protocols.front().name;
  if (request.protocol_type.value_or(kConsumerProtocolType) != kConsumerProtocolType ||
      request.protocol_name.value_or(protocol) != protocol) {
    return {.error = ErrorCode::kInconsistentGroupProtocol};
  }
  // One that has to give up partitions has joined again already, and does that first.
  if (epoch_ > member.epoch && member.state != ConsumerMemberState::kUnrevokedPartitions) {
    AwaitJoin(member, step);
    return {.error = ErrorCode::kRebalanceInProgress};
  }
  step.timers.Cancel({id_, TimerKind::kSync, member.id});
  AwaitSignOfLife(member, step);
  return {.protocol_type = kConsumerProtocolType,
          .protocol_name = protocol,
          .assignment = AssignmentOf(member, topics)};
}

bool ConsumerGroup::WaitsForPartitions(const ConsumerMember& member) const {
  return std::any_of(member.target.begin(), member.target.end(),
                     [&](const IdPartition& at) { return IsHeldByOther(at, member); });
}

// It joins again to follow the group's epoch, to say that it has given up what it had to, or to be
// given what others have.
ErrorCode ConsumerGroup::HeartbeatClassic(const HeartbeatRequest& request,
                                          ConsumerGroupStep& step) {
  const ErrorCode error = CheckClassic(request.member_id, request.group_instance_id);
  if (error != ErrorCode::kNone) return error;
  const ConsumerMember& member = members_.at(request.member_id);
  if (request.generation != member.epoch) return ErrorCode::kIllegalGeneration;
  AwaitSignOfLife(member, step);
  const bool must_join =
      member.epoch < epoch_ || member.state == ConsumerMemberState::kUnrevokedPartitions ||
      (member.state == ConsumerMemberState::kUnreleasedPartitions && !WaitsForPartitions(member));
  if (!must_join) return ErrorCode::kNone;
  AwaitJoin(member, step);
  return ErrorCode::kRebalanceInProgress;
}

// Also of a member that speaks the other protocol: tools remove members in this way.
LeaveResponse::Member ConsumerGroup::LeaveByName(const LeavingMember& leaving,
                                                 ConsumerGroupStep& step) {
  LeaveResponse::Member left{.member_id = leaving.member_id,
                             .group_instance_id = leaving.group_instance_id};
  const ConsumerMember* const named = FindStatic(leaving.group_instance_id);
  // Who administers a group knows instance ids only.
  if (left.member_id.empty() && named != nullptr) left.member_id = named->id;
  left.error = CheckNamed(left.member_id, left.group_instance_id);
  if (left.error != ErrorCode::kNone) {
    left.member_id = leaving.member_id;
  } else {
    Fence(left.member_id, step);
  }
  return left;
}

}  // namespace rill::engine
