#include <algorithm>
#include <utility>

#include "engine/group/consumer_group.h"

namespace rill::engine {
namespace {

// Whether the member may still have some of `revoked`: it says so, or says nothing.
bool MayOwn(const std::optional<IdPartitions>& owned, const IdPartitions& revoked) {
  if (!owned.has_value()) return true;
  return std::any_of(revoked.begin(), revoked.end(),
                     [&](const IdPartition& at) { return owned->contains(at); });
}

}  // namespace

bool ConsumerGroup::IsHeldByOther(const IdPartition& partition,
                                  const ConsumerMember& member) const {
  const auto holder = holders_.find(partition);
  return holder != holders_.end() && holder->second != member.id;
}

// Leads the member one step towards its target, as far as what it says that it owns allows.
void ConsumerGroup::Reconcile(ConsumerMember& member, const std::optional<IdPartitions>& owned,
                              ConsumerGroupStep& step) {
  if (member.IsReconciledTo(assignment_epoch_)) return;
  if (member.state != ConsumerMemberState::kUnrevokedPartitions) {
    return MoveOn(member, member.epoch, owned, step);
  }
  if (!MayOwn(owned, member.pending_revocation)) MoveOn(member, member.epoch + 1, owned, step);
}

// `epoch` is the member's where it has to give something up first, and so cannot move to the
// target's. It holds no longer what it was told to give up before.
void ConsumerGroup::MoveOn(ConsumerMember& member, std::int32_t epoch,
                           const std::optional<IdPartitions>& owned, ConsumerGroupStep& step) {
  IdPartitions kept;
  IdPartitions revoked;
  for (const IdPartition& at : member.assigned) {
    (member.target.contains(at) ? kept : revoked).insert(at);
  }
  Release(member);
  member.assigned = std::move(kept);
  member.ForgetPendingRevocation();
  const TimerKey revocation = {id_, TimerKind::kRevocation, member.id};
  if (!revoked.empty() && MayOwn(owned, revoked)) {
    member.state = ConsumerMemberState::kUnrevokedPartitions;
    member.pending_revocation = std::move(revoked);
    step.timers.Schedule(revocation, step.now + member.rebalance_timeout);
  } else {
    for (const IdPartition& at : revoked) member.assignment_epochs.erase(at);
    epoch = assignment_epoch_;
    member.state = ConsumerMemberState::kStable;
    for (const IdPartition& at : member.target) {
      if (IsHeldByOther(at, member)) {
        member.state = ConsumerMemberState::kUnreleasedPartitions;
      } else {
        member.assigned.insert(at);
        member.assignment_epochs.try_emplace(at, epoch);
      }
    }
    step.timers.Cancel(revocation);
  }
  if (member.epoch != epoch) member.previous_epoch = std::exchange(member.epoch, epoch);
  Hold(member);
}

}  // namespace rill::engine
