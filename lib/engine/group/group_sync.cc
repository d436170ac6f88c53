#include <utility>

#include "engine/group/group.h"
#include "fmt/format.h"

namespace rill::engine {
namespace {

bool Contradicts(const std::optional<std::string>& said, const std::string& ours) {
  return said && *said != ours;
}

}  // namespace

void Group::Sync(const SyncRequest& request, RequestToken token, GroupStep& step) {
  ErrorCode error = ErrorCode::kNone;
  if (state_ == GroupState::kEmpty) {
    error = ErrorCode::kUnknownMemberId;
  } else {
    error = ValidateMember(request.member_id, request.group_instance_id);
  }
  if (error == ErrorCode::kNone) {
    if (request.generation != generation_) {
      error = ErrorCode::kIllegalGeneration;
    } else if (Contradicts(request.protocol_type, protocol_type_) ||
               Contradicts(request.protocol_name, protocol_)) {
      error = ErrorCode::kInconsistentGroupProtocol;
    } else if (state_ == GroupState::kPreparingRebalance) {
      error = ErrorCode::kRebalanceInProgress;
    }
  }
  if (error != ErrorCode::kNone) return AnswerSync(token, {.error = error}, step);

  Member& member = *members_.Find(request.member_id);
  NoteSynced(member.id, step);
  if (state_ == GroupState::kStable) {
    return AnswerSync(token,
                      {.protocol_type = protocol_type_,
                       .protocol_name = protocol_,
                       .assignment = member.assignment},
                      step);
  }
  AnswerWaitingSync(member, {.error = ErrorCode::kRebalanceInProgress}, step);
  member.awaiting_sync = token;
  if (IsLeader(member.id)) AcceptAssignments(request, step);
}

void Group::NoteSynced(const std::string& member_id, GroupStep& step) {
  pending_sync_.erase(member_id);
  if (pending_sync_.empty()) ForgetTimer(TimerKind::kSync, "", step);
}

void Group::AcceptAssignments(const SyncRequest& request, GroupStep& step) {
  PendingAssignments pending;
  for (const MemberAssignment& given : request.assignments) {
    pending.by_member[given.member_id] = given.assignment;
  }
  pending.ticket = Store(Value(&pending.by_member), step);
  pending_assignments_ = std::move(pending);
}

void Group::OnStored(StoreTicket ticket, ErrorCode error, GroupStep& step) {
  if (pending_assignments_ && pending_assignments_->ticket == ticket) {
    return FinishAssignments(error, step);
  }
  auto replacement = pending_replacements_.find(ticket);
  if (replacement == pending_replacements_.end()) return;
  const PendingReplacement pending = std::move(replacement->second);
  pending_replacements_.erase(replacement);
  FinishReplacement(pending, error, step);
}

void Group::FinishAssignments(ErrorCode error, GroupStep& step) {
  if (error != ErrorCode::kNone) {
    RevokeAssignments(error, step);
    return PrepareRebalance("the group's assignment could not be stored", step);
  }
  const PendingAssignments pending = *std::move(pending_assignments_);
  pending_assignments_.reset();
  for (auto& [id, member] : members_) {
    const auto given = pending.by_member.find(id);
    member.assignment = given == pending.by_member.end() ? "" : given->second;
    const bool waited = AnswerWaitingSync(member,
                                          {.protocol_type = protocol_type_,
                                           .protocol_name = protocol_,
                                           .assignment = member.assignment},
                                          step);
    if (waited) ExpectSignOfLife(member, step);
  }
  TransitionTo(GroupState::kStable, step.now);
}

// What is on its way to the log is not waited for any more: the rebalance will have another
// outcome.
void Group::RevokeAssignments(ErrorCode error, GroupStep& step) {
  pending_assignments_.reset();
  for (auto& [id, member] : members_) {
    member.assignment.clear();
    if (AnswerWaitingSync(member, {.error = error}, step)) ExpectSignOfLife(member, step);
  }
}

ErrorCode Group::Heartbeat(const HeartbeatRequest& request, GroupStep& step) {
  const ErrorCode error = ValidateMember(request.member_id, request.group_instance_id);
  if (error != ErrorCode::kNone) return error;
  if (request.generation != generation_) return ErrorCode::kIllegalGeneration;
  ExpectSignOfLife(*members_.Find(request.member_id), step);
  return state_ == GroupState::kPreparingRebalance ? ErrorCode::kRebalanceInProgress
                                                   : ErrorCode::kNone;
}

ErrorCode Group::LeaveOne(const LeavingMember& leaving, GroupStep& step) {
  if (leaving.member_id.empty()) {
    const auto known = static_members_.find(leaving.group_instance_id);
    if (known == static_members_.end()) return ErrorCode::kUnknownMemberId;
    const std::string id = known->second;
    Remove(id, step);
    return ErrorCode::kNone;
  }
  if (!pending_join_.contains(leaving.member_id)) {
    const ErrorCode error = ValidateMember(leaving.member_id, leaving.group_instance_id);
    if (error != ErrorCode::kNone) return error;
  }
  Remove(leaving.member_id, step);
  return ErrorCode::kNone;
}

std::vector<LeaveResponse::Member> Group::Leave(const LeaveRequest& request, GroupStep& step) {
  std::vector<LeaveResponse::Member> left;
  std::string who;
  for (const LeavingMember& leaving : request.members) {
    const ErrorCode error = LeaveOne(leaving, step);
    left.push_back({leaving.member_id, leaving.group_instance_id, error});
    if (error != ErrorCode::kNone) continue;
    who += fmt::format("{}{}{} (client reason: {})", who.empty() ? "" : ", ", leaving.member_id,
                       leaving.group_instance_id,
                       leaving.reason.empty() ? "not provided" : leaving.reason);
  }
  if (!who.empty() && state_ != GroupState::kEmpty) {
    RebalanceOrCompleteJoin(fmt::format("left: {}", who), step);
  }
  return left;
}

ErrorCode Group::ValidateCommit(const CommitRequest& request, GroupStep& step) {
  const bool empty = state_ == GroupState::kEmpty;
  const bool names_member =
      request.generation >= 0 || !request.member_id.empty() || !request.group_instance_id.empty();
  // Without a generation: a tool, or a consumer that assigns itself. Welcome while nobody is here.
  if (request.generation >= 0 || !empty) {
    if (names_member) {
      const ErrorCode error = ValidateMember(request.member_id, request.group_instance_id);
      if (error != ErrorCode::kNone) return error;
      if (request.generation != generation_) return ErrorCode::kIllegalGeneration;
    } else if (!request.transactional) {
      return ErrorCode::kUnknownMemberId;
    }
    if (!request.transactional && !request.keeps_partitions &&
        state_ == GroupState::kCompletingRebalance) {
      return ErrorCode::kRebalanceInProgress;
    }
  }
  // A commit is a sign of life, but it is no poll.
  const Member* member = members_.Find(request.member_id);
  const bool counts = member != nullptr && member->needs_heartbeat && !request.transactional &&
                      state_ != GroupState::kCompletingRebalance;
  if (counts) ExpectSignOfLife(*member, step);
  return ErrorCode::kNone;
}

}  // namespace rill::engine
