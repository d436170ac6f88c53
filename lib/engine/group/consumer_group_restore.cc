#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "engine/group/consumer_group.h"

namespace rill::engine {
namespace {

absl::Duration Millis(std::int32_t stored) { return absl::Milliseconds(std::max(stored, 0)); }

ConsumerMember MemberOf(const std::string& id, const StoredConsumerGroup::Member& stored) {
  ConsumerMember member{.id = id,
                        .instance_id = stored.details->instance_id.value_or(""),
                        .rack_id = stored.details->rack_id.value_or(""),
                        .client_id = stored.details->client_id,
                        .client_host = stored.details->client_host,
                        .rebalance_timeout = Millis(stored.details->rebalance_timeout_ms),
                        .topics = SortedOnce(stored.details->topics),
                        .regex = stored.details->regex.value_or(""),
                        .assignor = FindServerAssignor(stored.details->assignor.value_or("")),
                        .target = stored.target};
  if (const auto& classic = stored.details->classic) {
    member.classic = ClassicConsumer{.silence_limit = Millis(classic->session_timeout_ms),
                                     .protocols = classic->protocols};
  }
  if (!stored.current.has_value()) return member;
  member.epoch = stored.current->epoch;
  member.previous_epoch = stored.current->previous_epoch;
  member.state = stored.current->state;
  member.assigned = stored.current->assigned;
  member.pending_revocation = stored.current->pending_revocation;
  member.assignment_epochs = stored.current->assignment_epochs;
  return member;
}

std::optional<std::string> OrNothing(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

ConsumerGroupMemberValue ConsumerMember::Details() const {
  ConsumerGroupMemberValue value{.instance_id = OrNothing(instance_id),
                                 .rack_id = OrNothing(rack_id),
                                 .client_id = client_id,
                                 .client_host = client_host,
                                 .topics = topics,
                                 .regex = OrNothing(regex),
                                 .rebalance_timeout_ms = MillisToStore(rebalance_timeout)};
  if (assignor.has_value()) value.assignor = ServerAssignorName(*assignor);
  if (classic.has_value()) {
    const absl::Duration session =
        SessionTimeoutToStore(classic->needs_heartbeat, is_static(), classic->silence_limit);
    value.classic = {MillisToStore(session), classic->protocols};
  }
  return value;
}

// Whether somebody else has some of what the member says that it has.
bool ConsumerGroup::IsCrossed(const ConsumerMember& member) const {
  const auto is_held = [&](const IdPartition& at) { return IsHeldByOther(at, member); };
  return std::any_of(member.assigned.begin(), member.assigned.end(), is_held) ||
         std::any_of(member.pending_revocation.begin(), member.pending_revocation.end(), is_held) ||
         (member.is_static() && static_members_.contains(member.instance_id));
}

void ConsumerGroup::Restore(const StoredConsumerGroup& stored, ConsumerGroupStep& step) {
  assignment_epoch_ = stored.assignment_epoch;
  epoch_ = std::max({epoch_, stored.epoch.value_or(0), assignment_epoch_});
  std::vector<ConsumerMember> newest_first;
  for (const auto& [id, one] : stored.members) {
    if (one.details.has_value()) newest_first.push_back(MemberOf(id, one));
  }
  std::stable_sort(newest_first.begin(), newest_first.end(),
                   [](const auto& a, const auto& b) { return a.epoch > b.epoch; });
  std::set<std::string> regexes;
  for (ConsumerMember& member : newest_first) {
    if (IsCrossed(member)) {
      WriteGone(member.id, step);
      continue;
    }
    epoch_ = std::max(epoch_, member.epoch);
    if (!member.regex.empty()) regexes.insert(member.regex);
    if (member.is_static()) static_members_[member.instance_id] = member.id;
    SetClassic(member, std::exchange(member.classic, std::nullopt));
    Hold(member);
    AwaitSignOfLife(member, step);
    if (member.state == ConsumerMemberState::kUnrevokedPartitions) {
      step.timers.Schedule({id_, TimerKind::kRevocation, member.id},
                           step.now + member.rebalance_timeout);
    }
    members_.emplace(member.id, std::move(member));
  }
  regexes_.Keep(regexes);
  for (const auto& [regex, topics] : stored.regexes) regexes_.Restore(regex, topics);
}

}  // namespace rill::engine
