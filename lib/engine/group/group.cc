#include "engine/group/group.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "engine/group/protocol.h"

namespace rill::engine {
namespace {

// Of a group that is restored, so that it can go on.
constexpr std::int32_t kMostGenerations = INT32_MAX / 2;

}  // namespace

bool Group::AllJoined() const {
  return members_.size() == static_cast<std::size_t>(awaiting_join_) && pending_join_.empty();
}

absl::Duration Group::RebalanceTimeout() const {
  // Never none: a timer that sets itself again at once would be due for ever.
  absl::Duration longest = absl::Milliseconds(1);
  for (const auto& [id, member] : members_) longest = std::max(longest, member.rebalance_timeout);
  return longest;
}

bool Group::SupportsProtocols(const std::string& type,
                              const std::vector<GroupProtocol>& known) const {
  if (state_ == GroupState::kEmpty) return !type.empty() && !known.empty();
  return protocol_type_ == type && protocols_.AllKnowOneOf(known);
}

// Each member votes for the first of its protocols that all members know; most votes win. Among
// equals, the first in the order of Java's map of votes.
std::string Group::SelectProtocol() const {
  JavaMap<std::string, int> votes;
  for (const auto& [id, member] : members_) {
    for (const GroupProtocol& protocol : member.protocols) {
      if (!protocols_.AllKnow(protocol)) continue;
      ++votes[protocol.name];
      break;
    }
  }
  std::string selected;
  int most = 0;
  for (const auto& [name, count] : votes) {
    if (count <= most) continue;
    most = count;
    selected = name;
  }
  return selected;
}

ErrorCode Group::ValidateMember(const std::string& id, const std::string& instance_id) const {
  if (!instance_id.empty()) {
    const auto known = static_members_.find(instance_id);
    if (known == static_members_.end()) return ErrorCode::kUnknownMemberId;
    if (known->second != id) return ErrorCode::kFencedInstanceId;
  }
  return HasMember(id) ? ErrorCode::kNone : ErrorCode::kUnknownMemberId;
}

std::vector<JoinedMember> Group::JoinedMembers() const {
  std::vector<JoinedMember> joined;
  joined.reserve(members_.size());
  for (const auto& [id, member] : members_) {
    joined.push_back({id, member.instance_id, std::string(member.Metadata(protocol_))});
  }
  return joined;
}

DescribedGroup Group::Describe() const {
  const bool stable = state_ == GroupState::kStable;
  DescribedGroup described{.state = state_,
                           .generation = generation_,
                           .protocol_type = protocol_type_,
                           .protocol_name = stable ? protocol_ : ""};
  described.members.reserve(members_.size());
  for (const auto& [id, member] : members_) {
    described.members.push_back({id, member.instance_id, member.client_id, member.client_host,
                                 std::string(stable ? member.Metadata(protocol_) : ""),
                                 member.assignment});
  }
  return described;
}

ErrorCode Group::ValidateOffsetDelete() const {
  const bool are_strangers = !members_.empty() && protocol_type_ != kConsumerProtocolType;
  return are_strangers ? ErrorCode::kNonEmptyGroup : ErrorCode::kNone;
}

std::optional<OffsetExpiry> Group::ExpiryOfOffsets() const {
  if (protocol_type_.empty()) return OffsetExpiry();
  if (state_ == GroupState::kEmpty) {
    return OffsetExpiry{.since_ms = absl::ToUnixMillis(state_since_)};
  }
  const bool is_known = protocol_type_ == kConsumerProtocolType && state_ == GroupState::kStable;
  return is_known ? std::optional(OffsetExpiry()) : std::nullopt;
}

void Group::AddSubscribed(SubscribedTopics& topics) const {
  for (const auto& [id, member] : members_) {
    for (const GroupProtocol& protocol : member.protocols) {
      const auto subscription = DecodeSubscription(protocol.metadata);
      if (!subscription.ok()) return topics.AddAll();
      topics.Add(subscription->topics);
    }
  }
}

GroupMetadataValue Group::Value(
    const absl::flat_hash_map<std::string, std::string>* assignments) const {
  GroupMetadataValue value{.protocol_type = protocol_type_,
                           .generation = generation_,
                           .current_state_timestamp = absl::ToUnixMillis(state_since_)};
  if (!protocol_.empty()) value.protocol = protocol_;
  if (!leader_.empty()) value.leader = leader_;
  for (const auto& [id, member] : members_) {
    std::string assignment = member.assignment;
    if (assignments != nullptr) {
      const auto given = assignments->find(id);
      assignment = given == assignments->end() ? "" : given->second;
    }
    value.members.push_back(
        {id, member.is_static() ? std::optional(member.instance_id) : std::nullopt,
         member.client_id, member.client_host, MillisToStore(member.rebalance_timeout),
         MillisToStore(SessionTimeoutToStore(member.needs_heartbeat, member.is_static(),
                                             member.SilenceLimit())),
         std::string(member.Metadata(protocol_)), std::move(assignment)});
  }
  return value;
}

StoreTicket Group::Store(GroupMetadataValue value, GroupStep& step) {
  const StoreTicket ticket = step.next_ticket++;
  step.effects.push_back(StoreGroup{id_, std::move(value), ticket});
  return ticket;
}

void Group::StoreEmpty(GroupStep& step) {
  Store({.protocol_type = "", .current_state_timestamp = absl::ToUnixMillis(state_since_)}, step);
}

// By a record that nobody wrote so: members are told apart by both.
bool Group::IsTaken(const GroupMetadataMember& stored) const {
  return HasMember(stored.member_id) ||
         static_members_.contains(stored.group_instance_id.value_or(""));
}

void Group::Restore(const GroupMetadataValue& value, GroupStep& step) {
  generation_ = std::clamp(value.generation, 0, kMostGenerations);
  if (value.current_state_timestamp >= 0) {
    state_since_ = absl::FromUnixMillis(value.current_state_timestamp);
  }
  protocol_type_ = value.protocol_type;
  if (value.members.empty()) return;
  state_ = GroupState::kStable;
  protocol_ = value.protocol.value_or("");
  leader_ = value.leader.value_or("");
  for (const GroupMetadataMember& stored : value.members) {
    if (IsTaken(stored)) continue;
    const absl::Duration session = absl::Milliseconds(stored.session_timeout_ms);
    Add({.id = stored.member_id,
         .instance_id = stored.group_instance_id.value_or(""),
         .client_id = stored.client_id,
         .client_host = stored.client_host,
         .session_timeout = session,
         .rebalance_timeout = stored.rebalance_timeout_ms == -1
                                  ? session
                                  : absl::Milliseconds(stored.rebalance_timeout_ms),
         .protocols = {{protocol_, stored.subscription}},
         .assignment = stored.assignment});
    ExpectSignOfLife(*members_.Find(stored.member_id), step);
  }
  if (!HasMember(leader_)) leader_ = members_.begin()->key;
  if (members_.size() > static_cast<std::size_t>(step.config.max_size)) {
    PrepareRebalance("the stored group has more members than the limit", step);
  }
}

std::optional<MigratingGroup> Group::Migrating() const {
  if (protocol_type_ != kConsumerProtocolType || members_.empty()) return std::nullopt;
  MigratingGroup group{.generation = generation_};
  for (const auto& [id, member] : members_) group.members.push_back(member);
  return group;
}

void Group::Adopt(MigratingGroup group, GroupStep& step) {
  generation_ = group.generation;
  protocol_type_ = kConsumerProtocolType;
  for (Member& member : group.members) {
    ExpectSignOfLife(member, step);
    Add(std::move(member));
  }
  protocol_ = SelectProtocol();
  TransitionTo(GroupState::kStable, step.now);
  Store(Value(nullptr), step);
  PrepareRebalance("the last member has left that spoke the consumer protocol", step);
}

void Group::TransitionTo(GroupState state, absl::Time now) {
  previous_state_ = state_;
  state_ = state;
  state_since_ = now;
}

void Group::Add(Member member) {
  if (member.is_static()) static_members_[member.instance_id] = member.id;
  if (leader_.empty()) leader_ = member.id;
  pending_join_.erase(member.id);
  protocols_.Add(member.protocols);
  const std::string id = member.id;
  members_[id] = std::move(member);
}

void Group::Remove(const std::string& id, GroupStep& step) {
  ForgetTimer(TimerKind::kMember, id, step);
  pending_join_.erase(id);
  pending_sync_.erase(id);
  Member* member = members_.Find(id);
  if (member == nullptr) return;
  // A client that still listens joins again, as somebody new.
  AnswerWaitingJoin(*member, {.error = ErrorCode::kUnknownMemberId}, step);
  AnswerWaitingSync(*member, {.error = ErrorCode::kUnknownMemberId}, step);
  protocols_.Remove(member->protocols);
  if (member->is_static()) static_members_.erase(member->instance_id);
  members_.Erase(id);
  if (IsLeader(id)) leader_ = members_.empty() ? "" : members_.begin()->key;
}

// The member at `old_id` becomes `new_id`, with its place and its assignment. Whoever still waits
// under the old id is fenced.
Member& Group::Replace(const std::string& old_id, const std::string& new_id, GroupStep& step) {
  Member& old_member = *members_.Find(old_id);
  AnswerWaitingJoin(old_member, {.error = ErrorCode::kFencedInstanceId, .member_id = old_id}, step);
  AnswerWaitingSync(old_member, {.error = ErrorCode::kFencedInstanceId}, step);
  ForgetTimer(TimerKind::kMember, old_id, step);
  Member member = std::move(old_member);
  members_.Erase(old_id);
  member.id = new_id;
  member.is_new = false;
  static_members_[member.instance_id] = new_id;
  if (IsLeader(old_id)) leader_ = new_id;
  if (pending_sync_.erase(old_id) > 0) pending_sync_.insert(new_id);
  return members_[new_id] = std::move(member);
}

void Group::Update(Member& member, const JoinRequest& request, RequestToken token,
                   GroupStep& step) {
  protocols_.Remove(member.protocols);
  member.protocols = request.protocols;
  protocols_.Add(member.protocols);
  member.rebalance_timeout = request.rebalance_timeout;
  member.session_timeout = request.session_timeout;
  member.needs_heartbeat = request.needs_heartbeat;
  AwaitJoin(member, token, step);
}

}  // namespace rill::engine
