#include "engine/group/consumer_group_coordinator.h"

#include <algorithm>

#include "engine/group/protocol.h"
#include "fmt/format.h"

namespace rill::engine {
namespace {

ConsumerHeartbeatResponse Invalid(std::string message) {
  return {.error = ErrorCode::kInvalidRequest, .error_message = std::move(message)};
}

ConsumerHeartbeatResponse CheckRegex(const ConsumerHeartbeat& request) {
  const auto& resolved = request.resolved.topics;
  const auto found = resolved.find(request.subscribed_regex.value_or(""));
  if (found == resolved.end() || found->second.ok()) return {};
  return {.error = ErrorCode::kInvalidRegularExpression,
          .error_message = fmt::format("\"{}\" is no regular expression: {}", found->first,
                                       std::string(found->second.status().message()))};
}

}  // namespace

ConsumerGroupStep ConsumerGroupCoordinator::Step(absl::Time now, ConsumerGroupEffects& effects) {
  return {config_, timers_, now, effects};
}

const ConsumerGroup* ConsumerGroupCoordinator::Find(const std::string& group_id) const {
  const auto found = groups_.find(group_id);
  return found == groups_.end() ? nullptr : &found->second;
}

ConsumerGroupConfig ConsumerGroupCoordinator::ConfigOf(const std::string& group_id) const {
  ConsumerGroupConfig config = config_;
  if (!times_of_) return config;
  const ConsumerGroupTimes own = times_of_(group_id);
  config.session_timeout = own.session_timeout.value_or(config.session_timeout);
  config.heartbeat_interval = own.heartbeat_interval.value_or(config.heartbeat_interval);
  return config;
}

bool ConsumerGroupCoordinator::IsOffered(const std::string& assignor) const {
  const auto known = FindServerAssignor(assignor);
  const auto& offered = config_.assignors;
  return known.has_value() && std::find(offered.begin(), offered.end(), *known) != offered.end();
}

ConsumerHeartbeatResponse ConsumerGroupCoordinator::CheckJoin(
    const ConsumerHeartbeat& request) const {
  if (!request.rebalance_timeout.has_value())
    return Invalid("a member joins without a rebalance timeout");
  if (!request.owned.has_value() || !request.owned->empty()) {
    return Invalid("a member joins without partitions: the list must be there, and empty");
  }
  if (!request.subscribed_topics.has_value() && !request.subscribed_regex.has_value()) {
    return Invalid("a member joins without saying what it subscribes to");
  }
  return {};
}

ConsumerHeartbeatResponse ConsumerGroupCoordinator::CheckEpochAndIds(
    const ConsumerHeartbeat& request) const {
  const std::int32_t epoch = request.member_epoch;
  if (epoch < kStaticLeavingEpoch) return Invalid(fmt::format("member epoch {}", epoch));
  const bool needs_id = request.makes_own_id || epoch != kJoiningEpoch;
  if (needs_id && request.member_id.empty()) return Invalid("the member id is empty");
  if (request.instance_id == "") return Invalid("the instance id is empty");
  if (request.rack_id == "") return Invalid("the rack id is empty");
  if (epoch == kStaticLeavingEpoch && !request.instance_id.has_value()) {
    return Invalid("only a member with an instance id leaves to come back");
  }
  if (request.rebalance_timeout.value_or(absl::ZeroDuration()) < absl::ZeroDuration()) {
    return Invalid("the rebalance timeout is negative");
  }
  return epoch == kJoiningEpoch ? CheckJoin(request) : ConsumerHeartbeatResponse();
}

ConsumerHeartbeatResponse ConsumerGroupCoordinator::Check(const ConsumerHeartbeat& request) const {
  if (request.group_id.empty()) return Invalid("the group id is empty");
  auto refused = CheckEpochAndIds(request);
  if (refused.error != ErrorCode::kNone) return refused;
  if (request.server_assignor.has_value() && !IsOffered(*request.server_assignor)) {
    return {.error = ErrorCode::kUnsupportedAssignor,
            .error_message = fmt::format("no assignor \"{}\" in group.consumer.assignors",
                                         *request.server_assignor)};
  }
  return CheckRegex(request);
}

std::vector<std::string> ConsumerGroupCoordinator::RegexesToResolve(
    const ConsumerHeartbeat& request, std::uint64_t topics_version, absl::Time now) const {
  if (request.member_epoch < 0 || Check(request).error != ErrorCode::kNone) return {};
  const ConsumerGroup* const group = Find(request.group_id);
  if (group != nullptr) return group->RegexesToResolve(request, topics_version, now, config_);
  const std::string regex = request.subscribed_regex.value_or("");
  const bool makes_group = request.member_epoch == kJoiningEpoch && !regex.empty();
  return makes_group ? std::vector{regex} : std::vector<std::string>();
}

ConsumerHeartbeatResponse ConsumerGroupCoordinator::Heartbeat(ConsumerHeartbeat request,
                                                              const GroupTopics& topics,
                                                              absl::Time now,
                                                              ConsumerGroupEffects* effects) {
  if (auto refused = Check(request); refused.error != ErrorCode::kNone) return refused;
  const ConsumerGroupConfig config = ConfigOf(request.group_id);
  ConsumerGroupStep step{config, timers_, now, *effects};
  const bool joins = request.member_epoch == kJoiningEpoch;
  if (!joins && !Has(request.group_id)) {
    return {.error = ErrorCode::kUnknownMemberId,
            .error_message = fmt::format("there is no group {}", request.group_id)};
  }
  if (joins && request.member_id.empty()) request.member_id = new_member_id_();
  ConsumerGroup& group = groups_.try_emplace(request.group_id, request.group_id, 0).first->second;
  return request.member_epoch < 0 ? group.Leave(request, step)
                                  : group.Heartbeat(request, topics, step);
}

bool ConsumerGroupCoordinator::HasMembers(const std::string& group_id) const {
  const ConsumerGroup* const group = Find(group_id);
  return group != nullptr && !group->empty();
}

CommitCheck ConsumerGroupCoordinator::ValidateCommit(const CommitRequest& request,
                                                     const CommittedOffsets& offsets,
                                                     const GroupTopics& topics) const {
  const ConsumerGroup* const group = Find(request.group_id);
  if (group == nullptr) return {ErrorCode::kGroupIdNotFound};
  return group->ValidateCommit(request, offsets, topics);
}

ErrorCode ConsumerGroupCoordinator::ValidateFetch(const std::string& group_id,
                                                  const std::string& member_id,
                                                  std::int32_t member_epoch) const {
  const ConsumerGroup* const group = Find(group_id);
  return group == nullptr ? ErrorCode::kGroupIdNotFound
                          : group->ValidateFetch(member_id, member_epoch);
}

ErrorCode ConsumerGroupCoordinator::Delete(const std::string& group_id,
                                           ConsumerGroupEffects* effects) {
  if (!Has(group_id)) return ErrorCode::kGroupIdNotFound;
  if (HasMembers(group_id)) return ErrorCode::kNonEmptyGroup;
  Drop(group_id, *effects);
  return ErrorCode::kNone;
}

void ConsumerGroupCoordinator::Drop(const std::string& group_id, ConsumerGroupEffects& effects) {
  ConsumerGroupStep step = Step(absl::InfinitePast(), effects);  // it sets no timer
  const auto group = groups_.find(group_id);
  group->second.Drop(step);
  groups_.erase(group);
}

void ConsumerGroupCoordinator::AddSubscribed(const std::string& group_id,
                                             SubscribedTopics& topics) const {
  const ConsumerGroup* const group = Find(group_id);
  if (group != nullptr) group->AddSubscribed(topics);
}

DescribedConsumerGroup ConsumerGroupCoordinator::Describe(const std::string& group_id,
                                                          const GroupTopics& topics) const {
  return groups_.at(group_id).Describe(config_, topics);
}

std::vector<ListedGroup> ConsumerGroupCoordinator::List() const {
  std::vector<ListedGroup> listed;
  for (const auto& [id, group] : groups_) {
    listed.push_back({id, kConsumerProtocolType, group.state(), GroupType::kConsumer});
  }
  return listed;
}

void ConsumerGroupCoordinator::Tick(absl::Time now, ConsumerGroupEffects* effects) {
  ConsumerGroupStep step = Step(now, *effects);
  while (const std::optional<TimerKey> due = timers_.PopDue(now)) {
    const auto group = groups_.find(due->group_id);
    if (group != groups_.end()) group->second.OnTimer(*due, step);
  }
}

void ConsumerGroupCoordinator::Restore(const std::string& group_id, std::int32_t epoch) {
  groups_.try_emplace(group_id, group_id, epoch);
}

void ConsumerGroupCoordinator::RestoreMembers(const std::string& group_id,
                                              const StoredConsumerGroup& stored, absl::Time now,
                                              ConsumerGroupEffects* effects) {
  const auto group = groups_.find(group_id);
  if (group == groups_.end() || !group->second.empty()) return;
  const ConsumerGroupConfig config = ConfigOf(group_id);
  ConsumerGroupStep step{config, timers_, now, *effects};
  group->second.Restore(stored, step);
}

void ConsumerGroupCoordinator::Close() {
  groups_.clear();
  timers_ = Timers();
}

}  // namespace rill::engine
