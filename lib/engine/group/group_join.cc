#include <utility>

#include "base/kafka_bytes.h"
#include "engine/group/group.h"
#include "fmt/format.h"

namespace rill::engine {
namespace {

std::string ReasonOf(const JoinRequest& request) {
  return request.reason.empty() ? "not provided" : request.reason;
}

}  // namespace

// While a rebalance is prepared, those who wait for its outcome count against the limit, for the
// others may not come back. Afterwards all members do.
bool Group::Accepts(std::string_view member_id, const GroupConfig& config) const {
  const Member* member = members_.Find(member_id);
  switch (state_) {
    case GroupState::kPreparingRebalance:
      return (member != nullptr && member->awaiting_join) || awaiting_join_ < config.max_size;
    case GroupState::kCompletingRebalance:
    case GroupState::kStable:
      return member != nullptr || members_.size() < static_cast<std::size_t>(config.max_size);
    default:
      return true;
  }
}

void Group::Join(const JoinRequest& request, RequestToken token, GroupStep& step) {
  const std::string& id = request.member_id;
  if (!Accepts(id, step.config)) {
    Remove(id, step);
    AnswerJoin(token, {.error = ErrorCode::kGroupMaxSizeReached}, step);
  } else if (!SupportsProtocols(request.protocol_type, request.protocols)) {
    AnswerJoin(token, {.error = ErrorCode::kInconsistentGroupProtocol, .member_id = id}, step);
  } else if (id.empty()) {
    JoinNew(request, token, step);
  } else if (!pending_join_.contains(id)) {
    JoinExisting(request, token, step);
  } else if (!request.group_instance_id.empty()) {
    // Only dynamic members are given an id to come back with.
    AnswerJoin(token, {.error = ErrorCode::kUnknownServerError, .member_id = id}, step);
  } else {
    AddAndRebalance(id, request, token, step);
  }
}

void Group::JoinNew(const JoinRequest& request, RequestToken token, GroupStep& step) {
  const std::string& instance_id = request.group_instance_id;
  const std::string_view name = instance_id.empty() ? request.client_id : instance_id;
  const std::string unique = step.new_member_id();
  // As much of the name as fits into a Kafka string.
  const std::string new_id = fmt::format(
      "{}-{}", name.substr(0, base::KafkaWriter::kMaxString - 1 - unique.size()), unique);
  const auto known = static_members_.find(instance_id);
  if (!instance_id.empty() && known != static_members_.end()) {
    const std::string old_id = known->second;
    return JoinAgainAs(old_id, new_id, request, token, step);
  }
  if (instance_id.empty() && request.require_known_member_id) {
    pending_join_.insert(new_id);
    step.timers.Schedule({id_, TimerKind::kMember, new_id}, step.now + request.session_timeout);
    return AnswerJoin(token, {.error = ErrorCode::kMemberIdRequired, .member_id = new_id}, step);
  }
  AddAndRebalance(new_id, request, token, step);
}

void Group::AddAndRebalance(const std::string& id, const JoinRequest& request, RequestToken token,
                            GroupStep& step) {
  if (members_.empty()) protocol_type_ = request.protocol_type;
  if (state_ == GroupState::kPreparingRebalance && previous_state_ == GroupState::kEmpty) {
    joined_during_initial_delay_ = true;
  }
  Add({.id = id,
       .instance_id = request.group_instance_id,
       .client_id = request.client_id,
       .client_host = request.client_host,
       .session_timeout = request.session_timeout,
       .rebalance_timeout = request.rebalance_timeout,
       .needs_heartbeat = request.needs_heartbeat,
       .protocols = request.protocols,
       .is_new = true});
  Member& member = *members_.Find(id);
  AwaitJoin(member, token, step);
  ExpectSignOfLife(member, step.config.new_member_join_timeout, step);
  RebalanceOrCompleteJoin(fmt::format("member {} joined; client reason: {}", id, ReasonOf(request)),
                          step);
}

void Group::JoinExisting(const JoinRequest& request, RequestToken token, GroupStep& step) {
  const std::string& id = request.member_id;
  const ErrorCode error = ValidateMember(id, request.group_instance_id);
  if (error != ErrorCode::kNone || state_ == GroupState::kEmpty) {
    const ErrorCode shown = error == ErrorCode::kNone ? ErrorCode::kUnknownMemberId : error;
    return AnswerJoin(token, {.error = shown, .member_id = id}, step);
  }
  Member& member = *members_.Find(id);
  // A member that says what it said before may have missed our answer: give it again. The leader of
  // a stable group asks for a rebalance by joining, whatever it says: it has seen the topics
  // change.
  const bool nothing_new = member.protocols == request.protocols;
  if (nothing_new && state_ == GroupState::kCompletingRebalance) {
    return AnswerJoin(token, CurrentGeneration(id, IsLeader(id)), step);
  }
  if (nothing_new && state_ == GroupState::kStable && !IsLeader(id)) {
    return AnswerJoin(token, CurrentGeneration(id, /*with_members=*/false), step);
  }
  Update(member, request, token, step);
  RebalanceOrCompleteJoin(
      fmt::format("member {} joined again; client reason: {}", id, ReasonOf(request)), step);
}

// A static member is back under a new id and takes its place over. In a stable group that costs no
// rebalance, as long as the group's protocol stays the same.
void Group::JoinAgainAs(const std::string& old_id, const std::string& new_id,
                        const JoinRequest& request, RequestToken token, GroupStep& step) {
  const std::string leader_before = leader_;
  Member& member = Replace(old_id, new_id, step);
  Member old_member = member;
  old_member.id = old_id;
  ExpectSignOfLife(member, step);
  Update(member, request, token, step);
  const std::string reason = fmt::format("static member {} ({}) is back; client reason: {}",
                                         request.group_instance_id, new_id, ReasonOf(request));
  if (state_ == GroupState::kStable && SelectProtocol() == protocol_) {
    const StoreTicket ticket = Store(Value(nullptr), step);
    pending_replacements_.emplace(
        ticket, PendingReplacement{std::move(old_member), new_id, token,
                                   request.supports_skipping_assignment, leader_before});
  } else if (state_ == GroupState::kPreparingRebalance) {
    MaybeCompleteJoin(step);
  } else {
    // The leader may be dividing the work already, and does not know the new id.
    PrepareRebalance(reason, step);
  }
}

void Group::FinishReplacement(const PendingReplacement& pending, ErrorCode error, GroupStep& step) {
  Member* member = members_.Find(pending.new_member_id);
  // Meanwhile it may be gone, or a rebalance may have answered it.
  if (member == nullptr || member->awaiting_join != pending.token) return;
  const std::string& new_id = pending.new_member_id;
  if (error == ErrorCode::kNone) {
    const bool skip = pending.supports_skipping_assignment && IsLeader(new_id);
    JoinResponse response = CurrentGeneration(new_id, skip);
    response.skip_assignment = skip;
    // Clients that cannot skip must not take themselves for the leader and assign anew.
    if (!pending.supports_skipping_assignment) response.leader = pending.leader_before;
    AnswerWaitingJoin(*member, std::move(response), step);
    return ExpectSignOfLife(*member, step);
  }
  JoinResponse response = CurrentGeneration("", /*with_members=*/false);
  response.error = error;
  response.leader = pending.leader_before;
  AnswerWaitingJoin(*member, std::move(response), step);
  protocols_.Remove(member->protocols);
  Member& restored = Replace(new_id, pending.old_member.id, step);
  restored = pending.old_member;
  protocols_.Add(restored.protocols);
  ExpectSignOfLife(restored, step);
}

}  // namespace rill::engine
