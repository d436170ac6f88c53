#include "engine/group/coordinator.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace rill::engine {
namespace {

// What a member is told when its group's record could not be written: where to go, or to come
// again.
ErrorCode ShownToMember(ErrorCode store_error) {
  switch (store_error) {
    case ErrorCode::kUnknownTopicOrPartition:
    case ErrorCode::kRequestTimedOut:
      return ErrorCode::kCoordinatorNotAvailable;
    case ErrorCode::kKafkaStorageError:
      return ErrorCode::kNotCoordinator;
    case ErrorCode::kMessageTooLarge:
    case ErrorCode::kRecordListTooLarge:
      return ErrorCode::kUnknownServerError;
    default:
      return store_error;
  }
}

}  // namespace

GroupStep GroupCoordinator::Step(absl::Time now, Effects& effects) {
  return {config_, new_member_id_, next_ticket_, timers_, now, effects};
}

Group* GroupCoordinator::Find(const std::string& group_id) {
  const auto it = groups_.find(group_id);
  return it == groups_.end() ? nullptr : &it->second;
}

ErrorCode GroupCoordinator::CheckJoin(const JoinRequest& request) const {
  if (request.group_id.empty()) return ErrorCode::kInvalidGroupId;
  const bool is_long = request.session_timeout >= config_.min_session_timeout;
  const bool is_short = request.session_timeout <= config_.max_session_timeout;
  return is_long && is_short ? ErrorCode::kNone : ErrorCode::kInvalidSessionTimeout;
}

Effects GroupCoordinator::Join(const JoinRequest& request, RequestToken token, absl::Time now) {
  Effects effects;
  const auto refuse = [&](ErrorCode error) {
    effects.push_back(JoinAnswer{token, {.error = error, .member_id = request.member_id}});
    return std::move(effects);
  };
  if (const auto error = CheckJoin(request); error != ErrorCode::kNone) return refuse(error);
  GroupStep step = Step(now, effects);
  Group* group = Find(request.group_id);
  if (group == nullptr) {
    if (!request.member_id.empty()) return refuse(ErrorCode::kUnknownMemberId);
    group = &groups_.try_emplace(request.group_id, request.group_id, now).first->second;
    group->StoreEmpty(step);
  }
  group->Join(request, token, step);
  return effects;
}

Effects GroupCoordinator::Sync(const SyncRequest& request, RequestToken token, absl::Time now) {
  Effects effects;
  GroupStep step = Step(now, effects);
  if (request.group_id.empty()) {
    effects.push_back(SyncAnswer{token, {.error = ErrorCode::kInvalidGroupId}});
  } else if (Group* group = Find(request.group_id)) {
    group->Sync(request, token, step);
  } else {
    effects.push_back(SyncAnswer{token, {.error = ErrorCode::kUnknownMemberId}});
  }
  return effects;
}

ErrorCode GroupCoordinator::Heartbeat(const HeartbeatRequest& request, absl::Time now) {
  if (request.group_id.empty()) return ErrorCode::kInvalidGroupId;
  Group* group = Find(request.group_id);
  if (group == nullptr) return ErrorCode::kUnknownMemberId;
  Effects none;
  GroupStep step = Step(now, none);
  return group->Heartbeat(request, step);
}

LeaveResponse GroupCoordinator::Leave(const LeaveRequest& request, absl::Time now,
                                      Effects* effects) {
  if (request.group_id.empty()) return {.error = ErrorCode::kInvalidGroupId, .members = {}};
  GroupStep step = Step(now, *effects);
  LeaveResponse response;
  if (Group* group = Find(request.group_id)) {
    response.members = group->Leave(request, step);
    return response;
  }
  for (const LeavingMember& member : request.members) {
    response.members.push_back(
        {member.member_id, member.group_instance_id, ErrorCode::kUnknownMemberId});
  }
  return response;
}

ErrorCode GroupCoordinator::ValidateCommit(const CommitRequest& request, absl::Time now) {
  Group* group = Find(request.group_id);
  if (group == nullptr) {
    if (request.generation >= 0) {
      return request.knows_member_epochs && !request.transactional ? ErrorCode::kGroupIdNotFound
                                                                   : ErrorCode::kIllegalGeneration;
    }
    group = &groups_.try_emplace(request.group_id, request.group_id, now).first->second;
  }
  Effects none;
  GroupStep step = Step(now, none);
  return group->ValidateCommit(request, step);
}

ErrorCode GroupCoordinator::Delete(const std::string& group_id, absl::Time now, Effects* effects) {
  Group* group = Find(group_id);
  if (group == nullptr) return ErrorCode::kGroupIdNotFound;
  if (group->state() != GroupState::kEmpty) return ErrorCode::kNonEmptyGroup;
  GroupStep step = Step(now, *effects);
  group->Drop(ErrorCode::kUnknownMemberId, step);
  groups_.erase(group_id);
  effects->push_back(EraseGroup{group_id});
  return ErrorCode::kNone;
}

ErrorCode GroupCoordinator::ValidateOffsetDelete(const std::string& group_id) const {
  const auto it = groups_.find(group_id);
  return it == groups_.end() ? ErrorCode::kGroupIdNotFound : it->second.ValidateOffsetDelete();
}

void GroupCoordinator::AddSubscribed(const std::string& group_id, SubscribedTopics& topics) const {
  const auto it = groups_.find(group_id);
  if (it != groups_.end()) it->second.AddSubscribed(topics);
}

std::optional<OffsetExpiry> GroupCoordinator::ExpiryOfOffsets(const std::string& group_id) const {
  const auto it = groups_.find(group_id);
  return it == groups_.end() ? OffsetExpiry() : it->second.ExpiryOfOffsets();
}

DescribedGroup GroupCoordinator::Describe(const std::string& group_id) const {
  const auto it = groups_.find(group_id);
  if (it == groups_.end()) return {.error = ErrorCode::kGroupIdNotFound};
  return it->second.Describe();
}

std::vector<ListedGroup> GroupCoordinator::List(const std::vector<GroupState>& states) const {
  std::vector<ListedGroup> listed;
  for (const auto& [id, group] : groups_) {
    if (!states.empty() && std::find(states.begin(), states.end(), group.state()) == states.end()) {
      continue;
    }
    listed.push_back({id, group.protocol_type(), group.state(), GroupType::kClassic});
  }
  return listed;
}

Effects GroupCoordinator::Stored(const std::string& group_id, StoreTicket ticket, ErrorCode error,
                                 absl::Time now) {
  Effects effects;
  GroupStep step = Step(now, effects);
  if (Group* group = Find(group_id)) group->OnStored(ticket, ShownToMember(error), step);
  return effects;
}

Effects GroupCoordinator::Tick(absl::Time now) {
  Effects effects;
  GroupStep step = Step(now, effects);
  while (const std::optional<TimerKey> due = timers_.PopDue(now)) {
    if (Group* group = Find(due->group_id)) group->OnTimer(*due, step);
  }
  return effects;
}

Effects GroupCoordinator::Restore(const std::string& group_id, const GroupMetadataValue& value,
                                  absl::Time now) {
  Effects effects;
  GroupStep step = Step(now, effects);
  if (Group* there = Find(group_id)) {
    there->Drop(ErrorCode::kNotCoordinator, step);
    groups_.erase(group_id);
  }
  groups_.try_emplace(group_id, group_id, now).first->second.Restore(value, step);
  return effects;
}

std::optional<MigratingGroup> GroupCoordinator::Migrating(const std::string& group_id) const {
  const auto it = groups_.find(group_id);
  if (it == groups_.end()) return std::nullopt;
  return it->second.Migrating();
}

Effects GroupCoordinator::GiveAway(const std::string& group_id, absl::Time now) {
  Effects effects;
  GroupStep step = Step(now, effects);
  const auto it = groups_.find(group_id);
  it->second.Drop(ErrorCode::kRebalanceInProgress, step);
  groups_.erase(it);
  effects.push_back(EraseGroup{group_id});
  return effects;
}

Effects GroupCoordinator::Adopt(const std::string& group_id, MigratingGroup group, absl::Time now) {
  Effects effects;
  GroupStep step = Step(now, effects);
  groups_.try_emplace(group_id, group_id, now).first->second.Adopt(std::move(group), step);
  return effects;
}

Effects GroupCoordinator::Close(absl::Time now) {
  Effects effects;
  GroupStep step = Step(now, effects);
  for (auto& [id, group] : groups_) group.Drop(ErrorCode::kNotCoordinator, step);
  groups_.clear();
  return effects;
}

}  // namespace rill::engine
