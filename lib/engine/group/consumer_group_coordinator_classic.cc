// Members of the classic protocol, and the way between the two coordinators.
#include <utility>

#include "engine/group/consumer_group_coordinator.h"
#include "engine/group/protocol.h"
#include "fmt/format.h"

namespace rill::engine {

JoinResponse ConsumerGroupCoordinator::Join(JoinRequest request, const GroupTopics& topics,
                                            absl::Time now, ConsumerGroupEffects* effects) {
  ConsumerGroup& group = groups_.at(request.group_id);
  const auto refuse = [&](ErrorCode error) {
    return JoinResponse{.error = error, .member_id = request.member_id};
  };
  if (!config_.upgrades && !config_.downgrades) {
    return refuse(ErrorCode::kInconsistentGroupProtocol);
  }
  if (const auto error = group.CheckClassicJoin(request, config_); error != ErrorCode::kNone) {
    return refuse(error);
  }
  const auto subscription = DecodeSubscription(request.protocols.front().metadata);
  if (!subscription.ok()) return refuse(ErrorCode::kInconsistentGroupProtocol);
  // What it has is another one's by now, perhaps.
  if (!subscription->owned_partitions.empty() && group.TellRemoved(request.member_id)) {
    return refuse(ErrorCode::kUnknownMemberId);
  }
  if (request.member_id.empty()) {
    request.member_id = new_member_id_();
    const bool is_dynamic = request.group_instance_id.empty();
    if (is_dynamic && request.require_known_member_id) return refuse(ErrorCode::kMemberIdRequired);
  }
  ConsumerGroupStep step = Step(now, *effects);
  return group.JoinClassic(request, *subscription, topics, step);
}

SyncResponse ConsumerGroupCoordinator::Sync(const SyncRequest& request, const GroupTopics& topics,
                                            absl::Time now) {
  ConsumerGroupEffects none;
  ConsumerGroupStep step = Step(now, none);
  return groups_.at(request.group_id).SyncClassic(request, topics, step);
}

ErrorCode ConsumerGroupCoordinator::Heartbeat(const HeartbeatRequest& request, absl::Time now) {
  ConsumerGroupEffects none;
  ConsumerGroupStep step = Step(now, none);
  return groups_.at(request.group_id).HeartbeatClassic(request, step);
}

LeaveResponse ConsumerGroupCoordinator::Leave(const LeaveRequest& request, absl::Time now,
                                              ConsumerGroupEffects* effects) {
  ConsumerGroupStep step = Step(now, *effects);
  LeaveResponse response;
  for (const LeavingMember& leaving : request.members) {
    response.members.push_back(groups_.at(request.group_id).LeaveByName(leaving, step));
  }
  return response;
}

absl::Status ConsumerGroupCoordinator::CheckAdoption(
    const std::optional<MigratingGroup>& group) const {
  if (!config_.upgrades) {
    return absl::FailedPreconditionError("group.consumer.migration.policy forbids upgrades");
  }
  if (!group.has_value()) return absl::FailedPreconditionError("its members are no consumers");
  if (group->members.size() > static_cast<std::size_t>(config_.max_size)) {
    return absl::FailedPreconditionError(
        fmt::format("it has {} members; group.consumer.max.size allows {}", group->members.size(),
                    config_.max_size));
  }
  return ConsumerGroup::CheckAdoption(*group);
}

void ConsumerGroupCoordinator::Adopt(const std::string& group_id, const MigratingGroup& group,
                                     const GroupTopics& topics, absl::Time now,
                                     ConsumerGroupEffects* effects) {
  ConsumerGroupStep step = Step(now, *effects);
  groups_.try_emplace(group_id, group_id, 0).first->second.Adopt(group, topics, step);
}

bool ConsumerGroupCoordinator::MayGiveAway(const std::string& group_id,
                                           std::int32_t max_size) const {
  const ConsumerGroup* const group = Find(group_id);
  return config_.downgrades && group != nullptr && group->HasOnlyClassicMembers() &&
         group->size() <= static_cast<std::size_t>(max_size);
}

MigratingGroup ConsumerGroupCoordinator::GiveAway(const std::string& group_id,
                                                  const GroupTopics& topics,
                                                  ConsumerGroupEffects* effects) {
  MigratingGroup given = Find(group_id)->ToClassic(topics);
  Drop(group_id, *effects);
  return given;
}

void ConsumerGroupCoordinator::Forget(const std::string& group_id) {
  ConsumerGroupEffects none;
  Drop(group_id, none);
}

}  // namespace rill::engine
