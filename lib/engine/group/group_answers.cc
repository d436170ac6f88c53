#include <utility>

#include "engine/group/group.h"

namespace rill::engine {

void Group::AnswerJoin(RequestToken token, JoinResponse response, GroupStep& step) {
  step.effects.push_back(JoinAnswer{token, std::move(response)});
}

void Group::AnswerSync(RequestToken token, SyncResponse response, GroupStep& step) {
  step.effects.push_back(SyncAnswer{token, std::move(response)});
}

void Group::AwaitJoin(Member& member, RequestToken token, GroupStep& step) {
  AnswerWaitingJoin(member, {.error = ErrorCode::kRebalanceInProgress, .member_id = member.id},
                    step);
  member.awaiting_join = token;
  ++awaiting_join_;
}

bool Group::AnswerWaitingJoin(Member& member, JoinResponse response, GroupStep& step) {
  if (!member.awaiting_join) return false;
  AnswerJoin(*member.awaiting_join, std::move(response), step);
  member.awaiting_join.reset();
  --awaiting_join_;
  return true;
}

bool Group::AnswerWaitingSync(Member& member, SyncResponse response, GroupStep& step) {
  if (!member.awaiting_sync) return false;
  AnswerSync(*member.awaiting_sync, std::move(response), step);
  member.awaiting_sync.reset();
  return true;
}

JoinResponse Group::CurrentGeneration(const std::string& member_id, bool with_members) const {
  JoinResponse response{.generation = generation_,
                        .protocol_type = protocol_type_,
                        .protocol_name = protocol_,
                        .leader = leader_,
                        .member_id = member_id};
  if (with_members) response.members = JoinedMembers();
  return response;
}

void Group::ExpectSignOfLife(const Member& member, absl::Duration limit, GroupStep& step) {
  step.timers.Schedule({id_, TimerKind::kMember, member.id}, step.now + limit);
}

void Group::ExpectSignOfLife(const Member& member, GroupStep& step) {
  ExpectSignOfLife(member, member.SilenceLimit(), step);
}

void Group::ForgetTimer(TimerKind kind, const std::string& member_id, GroupStep& step) {
  step.timers.Cancel({id_, kind, member_id});
}

void Group::Drop(ErrorCode error, GroupStep& step) {
  ForgetTimer(TimerKind::kJoin, "", step);
  ForgetTimer(TimerKind::kSync, "", step);
  for (const std::string& id : pending_join_) ForgetTimer(TimerKind::kMember, id, step);
  for (auto& [id, member] : members_) {
    ForgetTimer(TimerKind::kMember, id, step);
    AnswerWaitingJoin(member, {.error = error, .member_id = id}, step);
    AnswerWaitingSync(member, {.error = error}, step);
  }
}

}  // namespace rill::engine
