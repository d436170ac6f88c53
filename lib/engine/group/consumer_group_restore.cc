#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "engine/group/consumer_group.h"

namespace rill::engine {
namespace {

absl::Duration Millis(std::int32_t stored) { return absl::Milliseconds(std::max(stored, 0)); }

std::int32_t ToMillis(absl::Duration duration) {
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(absl::ToInt64Milliseconds(duration), 0, INT32_MAX));
}

ConsumerMember MemberOf(const std::string& id, const StoredConsumerGroup::Member& stored) {
  ConsumerMember member{.id = id,
                        .instance_id = stored.details->instance_id.value_or(""),
                        .rack_id = stored.details->rack_id.value_or(""),
                        .client_id = stored.details->client_id,
                        .client_host = stored.details->client_host,
                        .rebalance_timeout = Millis(stored.details->rebalance_timeout_ms),
                        .topics = stored.details->topics,
                        .regex = stored.details->regex.value_or(""),
                        .assignor = FindServerAssignor(stored.details->assignor.value_or("")),
                        .target = stored.target};
  if (const auto& classic = stored.details->classic) {
    member.classic = ClassicConsumer{.silence_limit = Millis(classic->session_timeout_ms),
                                     .protocols = classic->protocols};
  }
  std::sort(member.topics.begin(), member.topics.end());
  member.topics.erase(std::unique(member.topics.begin(), member.topics.end()), member.topics.end());
  if (!stored.current.has_value()) return member;
  member.epoch = stored.current->epoch;
  member.previous_epoch = stored.current->previous_epoch;
  member.state = stored.current->state;
  member.assigned = stored.current->assigned;
  member.pending_revocation = stored.current->pending_revocation;
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
                                 .rebalance_timeout_ms = ToMillis(rebalance_timeout)};
  if (assignor.has_value()) value.assignor = ServerAssignorName(*assignor);
  if (classic.has_value()) {
    const absl::Duration session =
        SessionTimeoutToStore(classic->needs_heartbeat, is_static(), classic->silence_limit);
    value.classic = {ToMillis(session), classic->protocols};
  }
  return value;
}

void ConsumerGroup::Restore(const StoredConsumerGroup& stored, ConsumerGroupStep& step) {
  assignment_epoch_ = stored.assignment_epoch;
  epoch_ = std::max({epoch_, stored.epoch.value_or(0), assignment_epoch_});
  std::set<std::string> regexes;
  for (const auto& [id, one] : stored.members) {
    if (!one.details.has_value()) continue;
    ConsumerMember member = MemberOf(id, one);
    if (member.is_static() && !static_members_.emplace(member.instance_id, id).second) continue;
    epoch_ = std::max(epoch_, member.epoch);
    if (!member.regex.empty()) regexes.insert(member.regex);
    Hold(member);
    AwaitSignOfLife(member, step);
    if (member.state == ConsumerMemberState::kUnrevokedPartitions) {
      step.timers.Schedule({id_, TimerKind::kRevocation, id}, step.now + member.rebalance_timeout);
    }
    members_.emplace(id, std::move(member));
  }
  regexes_.Keep(regexes);
}

}  // namespace rill::engine
