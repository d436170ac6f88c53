#include "engine/group_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/clock_reader.h"
#include "engine/group/protocol.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

absl::Status Refusal(const CommitRequest& request, ErrorCode code) {
  const std::string& group = request.group_id;
  if (request.generation < 0 && request.member_id.empty()) {
    return MakeError(absl::StatusCode::kAborted, code,
                     fmt::format("group \"{}\" has members, which commit its offsets ({}): "
                                 "Subscribe to be one, or commit as another group",
                                 group, ErrorCodeName(code)));
  }
  if (code == ErrorCode::kFencedInstanceId) {
    return MakeError(absl::StatusCode::kAborted, code,
                     fmt::format("group \"{}\": another consumer has taken this one's "
                                 "group_instance_id \"{}\" ({}), and goes on for it",
                                 group, request.group_instance_id, ErrorCodeName(code)));
  }
  return MakeError(absl::StatusCode::kAborted, code,
                   fmt::format("group \"{}\" went on without this member ({}): its partitions are "
                               "another's now; poll to join again",
                               group, ErrorCodeName(code)));
}

GroupMember Described(const DescribedMember& member) {
  GroupMember shown;
  shown.member_id = member.member_id;
  shown.group_instance_id = member.group_instance_id;
  shown.client_id = member.client_id;
  shown.host = member.client_host;
  if (auto assignment = DecodeAssignment(member.assignment); assignment.ok()) {
    shown.assignment = std::move(assignment->partitions);
  }
  return shown;
}

GroupDescription Shown(const std::string& group, const DescribedConsumerGroup& described) {
  GroupDescription shown;
  shown.group = group;
  shown.state = described.state;
  shown.generation = described.epoch;
  shown.assignor = described.assignor;
  for (const DescribedConsumer& member : described.members) {
    GroupMember& entry = shown.members.emplace_back();
    entry.member_id = member.member_id;
    entry.group_instance_id = member.instance_id;
    entry.client_id = member.client_id;
    entry.host = member.client_host;
    for (const DescribedTopic& topic : member.assigned) {
      for (const std::int32_t index : topic.partitions) {
        entry.assignment.push_back({topic.name, index});
      }
    }
  }
  return shown;
}

// It has been without them since they ended, which is not known: since now, or its offsets might
// have expired long ago.
GroupMetadataValue WithoutMembers(GroupMetadataValue value, absl::Time now) {
  if (value.members.empty()) return value;
  value.members.clear();
  value.leader.reset();
  value.protocol.reset();
  value.current_state_timestamp = absl::ToUnixMillis(now);
  return value;
}

}  // namespace

// The coordinators want times that do not go back; the system's clock may.
absl::Time GroupService::Now() {
  return latest_ = std::max(latest_, base::Finite(parts_.clock->Now()));
}

absl::Time GroupService::NextDeadline() const {
  return std::min(groups_.NextDeadline(), consumers_.NextDeadline());
}

void GroupService::Join(const JoinRequest& request,
                        const std::function<void(const JoinResponse&)>& answer) {
  Answers answers;
  absl::Time deadline;
  {
    absl::MutexLock lock(&mutex_);
    const RequestToken token = next_token_++;
    joins_.emplace(token, answer);
    CarryOut(JoinClassic(request, token, answers), answers);
    deadline = NextDeadline();
  }
  Finish(answers, deadline);
}

void GroupService::Sync(const SyncRequest& request,
                        const std::function<void(const SyncResponse&)>& answer) {
  Answers answers;
  absl::Time deadline;
  {
    absl::MutexLock lock(&mutex_);
    const RequestToken token = next_token_++;
    syncs_.emplace(token, answer);
    if (consumers_.HasMembers(request.group_id)) {
      CarryOut(Effects{SyncAnswer{token, consumers_.Sync(request, *parts_.topics, Now())}},
               answers);
    } else {
      CarryOut(groups_.Sync(request, token, Now()), answers);
    }
    deadline = NextDeadline();
  }
  Finish(answers, deadline);
}

ErrorCode GroupService::Heartbeat(const HeartbeatRequest& request) {
  ErrorCode error;
  absl::Time deadline;
  {
    absl::MutexLock lock(&mutex_);
    if (!consumers_.HasMembers(request.group_id)) return groups_.Heartbeat(request, Now());
    error = consumers_.Heartbeat(request, Now());
    deadline = NextDeadline();
  }
  Finish({}, deadline);
  return error;
}

std::shared_ptr<void> GroupService::Observe(const std::string& group,
                                            std::function<void()> observer) {
  auto token = std::make_shared<std::function<void()>>(std::move(observer));
  absl::MutexLock lock(&mutex_);
  std::erase_if(observers_, [](const auto& entry) { return entry.second.expired(); });
  observers_.emplace(group, token);
  return token;
}

void GroupService::CallObservers(const std::string& group, Answers& answers) {
  const auto [begin, end] = observers_.equal_range(group);
  for (auto at = begin; at != end;) {
    if (auto observer = at->second.lock(); observer != nullptr) {
      answers.push_back([observer] { (*observer)(); });
      ++at;
    } else {
      at = observers_.erase(at);
    }
  }
}

LeaveResponse GroupService::Leave(const LeaveRequest& request) {
  Answers answers;
  LeaveResponse response;
  absl::Time deadline;
  {
    absl::MutexLock lock(&mutex_);
    if (consumers_.HasMembers(request.group_id)) {
      ConsumerGroupEffects effects;
      response = consumers_.Leave(request, Now(), &effects);
      CarryOut(effects, answers);
    } else {
      Effects effects;
      response = groups_.Leave(request, Now(), &effects);
      CarryOut(std::move(effects), answers);
    }
    deadline = NextDeadline();
  }
  Finish(answers, deadline);
  return response;
}

absl::Status GroupService::Validate(const CommitRequest& request, const Offsets& offsets,
                                    const TopicCheck& topics,
                                    std::vector<TopicPartition>* refused) {
  {
    absl::MutexLock lock(&mutex_);
    CommitCheck check = consumers_.Has(request.group_id)
                            ? consumers_.ValidateCommit(request, offsets, *parts_.topics)
                            : CommitCheck{groups_.ValidateCommit(request, Now())};
    if (refused != nullptr) *refused = std::move(check.refused);
    if (check.error != ErrorCode::kNone) return Refusal(request, check.error);
  }
  if (auto there = topics(); !there.ok()) return there;
  absl::MutexLock lock(&mutex_);
  return GiveUpAbsent(request.group_id);
}

absl::Status GroupService::Commit(const CommitRequest& request, const Offsets& offsets,
                                  const TopicCheck& topics, std::vector<TopicPartition>* refused) {
  for (const auto& [partition, committed] : offsets) {
    if (static_cast<std::int64_t>(committed.metadata.size()) <= parts_.max_metadata_bytes) continue;
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kOffsetMetadataTooLarge,
                     fmt::format("the metadata committed for {}-{} has {} bytes; "
                                 "offset.metadata.max.bytes allows {}",
                                 partition.topic, partition.partition, committed.metadata.size(),
                                 parts_.max_metadata_bytes));
  }
  const auto check = [&] { return Validate(request, offsets, topics, refused); };
  if (parts_.records != nullptr) {
    return parts_.records->CommitIf(check, request.group_id, offsets, request.retention);
  }
  if (auto valid = check(); !valid.ok()) return valid;
  return parts_.offsets->Commit(request.group_id, offsets);
}

absl::StatusOr<GroupService::Offsets> GroupService::Fetch(
    const std::string& group, const std::vector<TopicPartition>& partitions) {
  return parts_.offsets->Fetch(group, partitions);
}

absl::StatusOr<GroupService::Offsets> GroupService::FetchAll(const std::string& group) {
  return parts_.offsets->FetchAll(group);
}

std::vector<ListedGroup> GroupService::ListAll() {
  std::map<std::string, ListedGroup> groups;
  // Groups that only ever committed, or whose members lived before a restart.
  if (auto stored = parts_.offsets->Groups(); stored.ok()) {
    for (const std::string& group : *stored) groups[group].group_id = group;
  }
  absl::MutexLock lock(&mutex_);
  for (ListedGroup& group : groups_.List()) groups[group.group_id] = std::move(group);
  for (ListedGroup& group : consumers_.List()) groups[group.group_id] = std::move(group);
  std::vector<ListedGroup> listed;
  listed.reserve(groups.size());
  for (auto& [id, group] : groups) listed.push_back(std::move(group));
  return listed;
}

std::vector<GroupListing> GroupService::List() {
  std::vector<GroupListing> listings;
  for (ListedGroup& group : ListAll()) {
    listings.push_back({std::move(group.group_id), group.state});
  }
  return listings;
}

absl::StatusOr<DescribedGroup> GroupService::DescribeMembers(const std::string& group) {
  {
    absl::MutexLock lock(&mutex_);
    if (consumers_.Has(group)) {
      return MakeError(absl::StatusCode::kNotFound, ErrorCode::kGroupIdNotFound,
                       fmt::format("group \"{}\" is not a classic group", group));
    }
    DescribedGroup described = groups_.Describe(group);
    if (described.error == ErrorCode::kNone) return described;
  }
  const auto stored = parts_.offsets->FetchAll(group);
  if (!stored.ok()) return stored.status();
  if (!stored->empty()) return DescribedGroup{.state = GroupState::kEmpty};
  return MakeError(absl::StatusCode::kNotFound, ErrorCode::kGroupIdNotFound,
                   fmt::format("there is no group \"{}\"", group));
}

absl::StatusOr<GroupDescription> GroupService::Describe(const std::string& group) {
  if (auto consumers = DescribeConsumers(group); consumers.ok()) return Shown(group, *consumers);
  const auto described = DescribeMembers(group);
  if (!described.ok()) return described.status();
  GroupDescription description;
  description.group = group;
  description.state = described->state;
  description.generation = described->generation;
  description.assignor = described->protocol_name;
  for (const DescribedMember& member : described->members) {
    description.members.push_back(Described(member));
  }
  return description;
}

SubscribedTopics GroupService::Subscribed(const std::string& group) const {
  SubscribedTopics topics;
  groups_.AddSubscribed(group, topics);
  consumers_.AddSubscribed(group, topics);
  return topics;
}

absl::StatusOr<std::set<TopicPartition>> GroupService::Deletable(
    const std::string& group, const std::vector<TopicPartition>& partitions,
    std::set<std::string>& subscribed) {
  absl::MutexLock lock(&mutex_);
  // In a group of KIP-848 it is known what each member reads.
  if (groups_.ValidateOffsetDelete(group) == ErrorCode::kNonEmptyGroup) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kNonEmptyGroup,
                     fmt::format("group \"{}\" has members that are no consumers", group));
  }
  const SubscribedTopics topics = Subscribed(group);
  std::set<TopicPartition> deletable;
  for (const TopicPartition& partition : partitions) {
    if (topics.MayHave(partition.topic)) {
      subscribed.insert(partition.topic);
    } else {
      deletable.insert(partition);
    }
  }
  if (deletable.empty()) return deletable;
  if (auto given_up = GiveUpAbsent(group); !given_up.ok()) return given_up;
  return deletable;
}

absl::StatusOr<std::set<std::string>> GroupService::DeleteOffsets(
    const std::string& group, const std::vector<TopicPartition>& partitions) {
  if (auto described = Describe(group); !described.ok()) return described.status();
  if (parts_.records == nullptr) {
    return MakeError(absl::StatusCode::kUnimplemented, ErrorCode::kUnsupportedVersion,
                     "the application keeps the offsets, and forgets those of whole groups only");
  }
  std::set<std::string> subscribed;
  const auto deleted = parts_.records->DeleteOffsetsIf(
      [&] { return Deletable(group, partitions, subscribed); }, group);
  if (!deleted.ok()) return deleted;
  return subscribed;
}

absl::Status GroupService::Forget(const std::string& group, Answers& answers) {
  absl::MutexLock lock(&mutex_);
  const ErrorCode refused = ForgetLocked(group, answers);
  if (refused == ErrorCode::kNonEmptyGroup) {
    return MakeError(absl::StatusCode::kFailedPrecondition, refused,
                     fmt::format("group \"{}\" has members: close them first", group));
  }
  return absl::OkStatus();
}

ErrorCode GroupService::ForgetLocked(const std::string& group, Answers& answers) {
  if (consumers_.Has(group)) {
    ConsumerGroupEffects effects;
    const ErrorCode refused = consumers_.Delete(group, &effects);
    CarryOut(effects, answers);
    return refused;
  }
  Effects effects;
  const ErrorCode refused = groups_.Delete(group, Now(), &effects);
  CarryOut(std::move(effects), answers);
  return refused;
}

// Who joins once the group was found empty can commit only behind the deletion of its offsets, in
// the engine's own store: an acknowledged commit is not deleted.
absl::Status GroupService::Delete(const std::string& group) {
  if (auto described = Describe(group); !described.ok()) return described.status();
  Answers answers;
  const auto check = [&] { return Forget(group, answers); };
  absl::Status deleted;
  if (parts_.records != nullptr) {
    deleted = parts_.records->DeleteGroupIf(check, group);
  } else {
    deleted = check();
    if (deleted.ok()) deleted = parts_.offsets->DeleteGroup(group);
  }
  Finish(answers, absl::InfiniteFuture());
  return deleted;
}

void GroupService::Restore(const std::string& group, GroupMetadataValue value) {
  Answers answers;
  {
    absl::MutexLock lock(&mutex_);
    CarryOut(groups_.Restore(group, WithoutMembers(value, Now()), Now()), answers);
    if (!value.members.empty()) absent_[group] = std::move(value);
  }
  Finish(answers, absl::InfiniteFuture());
}

void GroupService::AwaitMembers() {
  Answers answers;
  absl::Time deadline;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [group, value] : std::exchange(absent_, {})) {
      const DescribedGroup now = groups_.Describe(group);
      const bool is_untouched = now.error == ErrorCode::kNone && now.state == GroupState::kEmpty &&
                                !consumers_.Has(group);
      if (is_untouched) CarryOut(groups_.Restore(group, value, Now()), answers);
    }
    ConsumerGroupEffects effects;
    for (const auto& [group, stored] : std::exchange(absent_consumers_, {})) {
      consumers_.RestoreMembers(group, stored, Now(), &effects);
    }
    CarryOut(std::move(effects), answers);
    deadline = NextDeadline();
  }
  Finish(answers, deadline);
}

absl::Status GroupService::GiveUpAbsent(const std::string& group) {
  if (absent_consumers_.contains(group)) return StoreConsumerGroup(group, {});
  const auto absent = absent_.find(group);
  if (absent == absent_.end()) return absl::OkStatus();
  auto stored = parts_.records->StoreGroup(group, WithoutMembers(absent->second, Now()));
  if (stored.ok()) absent_.erase(absent);
  return stored;
}

// What the members would be told, they are told by the process that they are in.
void GroupService::RestoreToShow(const std::string& group, const GroupMetadataValue& value) {
  absl::MutexLock lock(&mutex_);
  groups_.Restore(group, value, Now());
}

absl::Time GroupService::Run(absl::Time) {
  absl::Time next_expiry;
  if (ExpiryIsDue(&next_expiry)) ExpireOffsets();
  Answers answers;
  absl::Time deadline;
  {
    absl::MutexLock lock(&mutex_);
    CarryOut(groups_.Tick(Now()), answers);
    ConsumerGroupEffects effects;
    consumers_.Tick(Now(), &effects);
    CarryOut(effects, answers);
    deadline = NextDeadline();
  }
  Finish(answers, absl::InfiniteFuture());
  return std::min(deadline, next_expiry);
}

void GroupService::Close() {
  Answers answers;
  {
    absl::MutexLock lock(&mutex_);
    CarryOut(groups_.Close(Now()), answers);
    consumers_.Close();
  }
  Finish(answers, absl::InfiniteFuture());
}

void GroupService::Queue(Effects effects, std::deque<Effect>& queue) {
  std::move(effects.begin(), effects.end(), std::back_inserter(queue));
}

template <typename Answer, typename Waiting>
void GroupService::TakeAnswer(const Answer& answer, Waiting& waiting, Answers& answers) {
  auto found = waiting.extract(answer.token);
  if (found.empty()) return;
  answers.push_back(
      [deliver = std::move(found.mapped()), response = answer.response] { deliver(response); });
}

// Members hear a code; the reason is for the log.
ErrorCode GroupService::Store(const StoreGroup& store, Answers& answers) {
  absent_.erase(store.group_id);
  if (parts_.records == nullptr) return ErrorCode::kNone;
  const auto stored = parts_.records->StoreGroup(store.group_id, store.value);
  if (stored.ok()) return ErrorCode::kNone;
  Warn(fmt::format("group {}: its members cannot be written down: {}", store.group_id,
                   stored.ToString()),
       answers);
  return ErrorCode::kCoordinatorNotAvailable;
}

// A tombstone that could not be written leaves a group behind after a restart.
void GroupService::Erase(const std::string& group, Answers& answers) {
  absent_.erase(group);
  if (parts_.records == nullptr) return;
  const auto erased = parts_.records->EraseGroup(group);
  if (erased.ok()) return;
  Warn(fmt::format("group {}: it cannot be written down that it is gone: {}", group,
                   erased.ToString()),
       answers);
}

void GroupService::CarryOut(Effects effects, Answers& answers) {
  std::deque<Effect> queue;
  Queue(std::move(effects), queue);
  for (; !queue.empty(); queue.pop_front()) {
    const Effect effect = queue.front();
    if (const auto* join = std::get_if<JoinAnswer>(&effect)) {
      TakeAnswer(*join, joins_, answers);
    } else if (const auto* sync = std::get_if<SyncAnswer>(&effect)) {
      TakeAnswer(*sync, syncs_, answers);
    } else if (const auto* store = std::get_if<StoreGroup>(&effect)) {
      const ErrorCode error = Store(*store, answers);
      Queue(groups_.Stored(store->group_id, store->ticket, error, Now()), queue);
    } else if (const auto* rebalance = std::get_if<RebalanceStarted>(&effect)) {
      CallObservers(rebalance->group_id, answers);
    } else if (const auto* erase = std::get_if<EraseGroup>(&effect)) {
      Erase(erase->group_id, answers);
    }
  }
}

void GroupService::Finish(const Answers& answers, absl::Time deadline) {
  for (const auto& answer : answers) answer();
  if (deadline != absl::InfiniteFuture()) parts_.schedule(deadline);
}

}  // namespace rill::engine
