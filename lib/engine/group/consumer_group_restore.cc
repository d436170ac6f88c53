#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "engine/group/consumer_group.h"

namespace rill::engine {
namespace {

absl::Duration TimeoutOf(const ConsumerGroupMemberValue& value) {
  return absl::Milliseconds(std::max(value.rebalance_timeout_ms, 0));
}

ConsumerMember MemberOf(const std::string& id, const StoredConsumerGroup::Member& stored) {
  ConsumerMember member{.id = id,
                        .instance_id = stored.details->instance_id.value_or(""),
                        .rack_id = stored.details->rack_id.value_or(""),
                        .client_id = stored.details->client_id,
                        .client_host = stored.details->client_host,
                        .rebalance_timeout = TimeoutOf(*stored.details),
                        .topics = stored.details->topics,
                        .regex = stored.details->regex.value_or(""),
                        .assignor = FindServerAssignor(stored.details->assignor.value_or("")),
                        .target = stored.target};
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
  ConsumerGroupMemberValue value{
      .instance_id = OrNothing(instance_id),
      .rack_id = OrNothing(rack_id),
      .client_id = client_id,
      .client_host = client_host,
      .topics = topics,
      .regex = OrNothing(regex),
      .rebalance_timeout_ms = static_cast<std::int32_t>(
          std::min<std::int64_t>(absl::ToInt64Milliseconds(rebalance_timeout), INT32_MAX))};
  if (assignor.has_value()) value.assignor = ServerAssignorName(*assignor);
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
    step.timers.Schedule({id_, TimerKind::kMember, id}, step.now + step.config.session_timeout);
    if (member.state == ConsumerMemberState::kUnrevokedPartitions) {
      step.timers.Schedule({id_, TimerKind::kRevocation, id}, step.now + member.rebalance_timeout);
    }
    members_.emplace(id, std::move(member));
  }
  regexes_.Keep(regexes);
}

}  // namespace rill::engine
