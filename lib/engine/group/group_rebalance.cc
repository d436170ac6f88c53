#include <algorithm>
#include <utility>
#include <vector>

#include "engine/group/group.h"
#include "fmt/format.h"

namespace rill::engine {

void Group::RebalanceOrCompleteJoin(std::string reason, GroupStep& step) {
  if (state_ != GroupState::kPreparingRebalance) return PrepareRebalance(std::move(reason), step);
  MaybeCompleteJoin(step);
}

void Group::PrepareRebalance(std::string reason, GroupStep& step) {
  if (state_ == GroupState::kCompletingRebalance) {
    RevokeAssignments(ErrorCode::kRebalanceInProgress, step);
  }
  pending_sync_.clear();
  ForgetTimer(TimerKind::kSync, "", step);
  const bool initial = state_ == GroupState::kEmpty;
  TransitionTo(GroupState::kPreparingRebalance, step.now);
  step.effects.push_back(RebalanceStarted{id_, generation_, std::move(reason)});
  if (initial) {
    initial_delay_ = step.config.initial_rebalance_delay;
    initial_delay_left_ = std::max(RebalanceTimeout() - initial_delay_, absl::ZeroDuration());
    if (initial_delay_ <= absl::ZeroDuration()) return CompleteJoin(step);
    step.timers.Schedule({id_, TimerKind::kJoin}, step.now + initial_delay_);
  } else if (AllJoined()) {
    CompleteJoin(step);
  } else {
    step.timers.Schedule({id_, TimerKind::kJoin}, step.now + RebalanceTimeout());
  }
}

void Group::MaybeCompleteJoin(GroupStep& step) {
  if (state_ != GroupState::kPreparingRebalance) return;
  if (previous_state_ == GroupState::kEmpty) return;  // the initial delay ends by its timer
  if (AllJoined()) CompleteJoin(step);
}

void Group::ExtendOrCompleteInitialJoin(GroupStep& step) {
  if (!joined_during_initial_delay_ || initial_delay_left_ <= absl::ZeroDuration()) {
    return CompleteJoin(step);
  }
  joined_during_initial_delay_ = false;
  const absl::Duration passed = initial_delay_;
  initial_delay_ = std::min(step.config.initial_rebalance_delay, initial_delay_left_);
  initial_delay_left_ = std::max(initial_delay_left_ - passed, absl::ZeroDuration());
  step.timers.Schedule({id_, TimerKind::kJoin}, step.now + initial_delay_);
}

// Ends the wait for members to join: dynamic ones that did not are out, static ones keep their
// place, and the rest is the next generation.
void Group::CompleteJoin(GroupStep& step) {
  ForgetTimer(TimerKind::kJoin, "", step);
  std::vector<std::string> absent;
  for (const auto& [id, member] : members_) {
    if (!member.awaiting_join && !member.is_static()) absent.push_back(id);
  }
  for (const std::string& id : absent) Remove(id, step);
  if (!members_.empty() && !ElectJoinedLeader()) {
    // Static members only, none of them here: wait until they come or their sessions end.
    step.timers.Schedule({id_, TimerKind::kJoin}, step.now + RebalanceTimeout());
    return;
  }
  StartGeneration(step);
}

bool Group::ElectJoinedLeader() {
  const Member* leader = members_.Find(leader_);
  if (leader != nullptr && leader->awaiting_join) return true;
  for (const auto& [id, member] : members_) {
    if (!member.awaiting_join) continue;
    leader_ = id;
    return true;
  }
  return false;
}

void Group::StartGeneration(GroupStep& step) {
  ++generation_;
  pending_sync_.clear();
  protocol_ = members_.empty() ? "" : SelectProtocol();
  if (members_.empty()) {
    TransitionTo(GroupState::kEmpty, step.now);
    Store(Value(nullptr), step);
    return;
  }
  TransitionTo(GroupState::kCompletingRebalance, step.now);
  for (auto& [id, member] : members_) {
    AnswerWaitingJoin(member, CurrentGeneration(id, IsLeader(id)), step);
    member.is_new = false;
    ExpectSignOfLife(member, step);
    pending_sync_.insert(id);
  }
  step.timers.Schedule({id_, TimerKind::kSync}, step.now + RebalanceTimeout());
}

void Group::OnTimer(const TimerKey& timer, GroupStep& step) {
  switch (timer.kind) {
    case TimerKind::kMember:
      return ExpireMember(timer.member_id, step);
    case TimerKind::kSync:
      return ExpireSync(step);
    case TimerKind::kJoin:
      if (previous_state_ == GroupState::kEmpty) return ExtendOrCompleteInitialJoin(step);
      return CompleteJoin(step);
    case TimerKind::kRevocation:
      return;  // a consumer group's
  }
}

void Group::ExpireMember(const std::string& id, GroupStep& step) {
  const Member* member = members_.Find(id);
  // While it waits for us it need not speak; the answer sets its timer again.
  if (member != nullptr && member->MayBeSilent()) return;
  const bool was_member = member != nullptr;
  Remove(id, step);
  if (state_ == GroupState::kPreparingRebalance) {
    MaybeCompleteJoin(step);
  } else if (was_member) {
    PrepareRebalance(fmt::format("member {} fell silent", id), step);
  }
}

// Members that joined a generation and never asked for its assignment would hold their part of the
// work and not do it.
void Group::ExpireSync(GroupStep& step) {
  if (state_ != GroupState::kCompletingRebalance && state_ != GroupState::kStable) return;
  if (pending_sync_.empty()) return;
  const std::vector<std::string> late(pending_sync_.begin(), pending_sync_.end());
  for (const std::string& id : late) Remove(id, step);
  PrepareRebalance(fmt::format("{} members did not sync in time", late.size()), step);
}

}  // namespace rill::engine
