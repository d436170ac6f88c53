// What GroupService does for groups whose partitions are assigned here (KIP-848).
#include <algorithm>
#include <utility>

#include "engine/group_service.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

ConsumerHeartbeatResponse IsClassic(const std::string& group, const absl::Status& why) {
  return {.error = ErrorCode::kGroupIdNotFound,
          .error_message = fmt::format("group {} has members of the classic protocol, and does not "
                                       "become a consumer group: {}",
                                       group, std::string(why.message()))};
}

}  // namespace

absl::StatusOr<std::vector<std::string>> NoRegexes(const std::string& /*regex*/,
                                                   const std::vector<std::string>& /*names*/) {
  return absl::InvalidArgumentError("topics are subscribed to by name here");
}

// A consumer group without members goes when a member has joined by the classic protocol, and not
// before: a refusal changes nothing. Its tombstone comes before what the join writes.
Effects GroupService::JoinClassic(const JoinRequest& request, RequestToken token,
                                  Answers& answers) {
  const std::string& group = request.group_id;
  if (consumers_.HasMembers(group)) return JoinConsumers(request, token, answers);
  Effects joined = groups_.Join(request, token, Now());
  // Asked in that order: a description has all of the group.
  const bool changes_protocol =
      consumers_.Has(group) && groups_.Describe(group).error == ErrorCode::kNone;
  if (changes_protocol) ForgetLocked(group, answers);
  return joined;
}

ConsumerHeartbeatResponse GroupService::ConsumerGroupHeartbeat(ConsumerHeartbeat request,
                                                               const RegexResolver& resolve) {
  request.resolved = Resolve(request, resolve);
  Answers answers;
  ConsumerHeartbeatResponse response;
  absl::Time deadline;
  {
    absl::MutexLock lock(&mutex_);
    response = TakeHeartbeat(request, answers);
    deadline = NextDeadline();
  }
  Finish(answers, deadline);
  return response;
}

// A classic group goes when a member has joined by the other protocol, and not before: a refusal
// changes nothing. Its tombstone comes first, for a broker that reads the topic
// takes no record of the one kind while it has the group as the other.
ConsumerHeartbeatResponse GroupService::TakeHeartbeat(const ConsumerHeartbeat& request,
                                                      Answers& answers) {
  ConsumerGroupEffects effects;
  const std::string& group = request.group_id;
  const DescribedGroup classic = groups_.Describe(group);
  const bool is_classic = classic.error == ErrorCode::kNone;
  const bool upgrades = is_classic && classic.state != GroupState::kEmpty;
  if (upgrades && consumers_.Check(request).error == ErrorCode::kNone) {
    if (auto refused = AdoptClassic(request, effects); !refused.ok()) {
      auto response = IsClassic(group, refused);
      // Clients tell their users the code alone, that there is no such group.
      if (request.member_epoch == kJoiningEpoch) Warn(response.error_message, answers);
      return response;
    }
  }
  auto response = consumers_.Heartbeat(request, *parts_.topics, Now(), &effects);
  if (upgrades && response.error != ErrorCode::kNone) {
    if (consumers_.Has(group)) consumers_.Forget(group);
    return response;
  }
  if (upgrades) Inform(fmt::format("group {} is a consumer group now", group), answers);
  if (is_classic && consumers_.Has(group)) CarryOut(groups_.GiveAway(group, Now()), answers);
  CarryOut(effects, answers);
  return response;
}

bool GroupService::ResolvesRegexes(const ConsumerHeartbeat& request) {
  absl::MutexLock lock(&mutex_);
  return !consumers_.RegexesToResolve(request, parts_.topics->version(), Now()).empty();
}

// All topics may be looked at for this, and an application asked about each, so it is done before
// the heartbeat, which needs the lock. Topics that come in between are found by the next one.
ResolvedRegexes GroupService::Resolve(const ConsumerHeartbeat& request,
                                      const RegexResolver& resolve) {
  ResolvedRegexes resolved{.version = parts_.topics->version()};
  std::vector<std::string> regexes;
  {
    absl::MutexLock lock(&mutex_);
    regexes = consumers_.RegexesToResolve(request, resolved.version, Now());
  }
  if (regexes.empty()) return resolved;
  const std::vector<std::string> names = parts_.topics->Names();
  for (const std::string& regex : regexes) {
    resolved.topics.emplace(regex, resolve(regex, names));
  }
  return resolved;
}

absl::StatusOr<DescribedConsumerGroup> GroupService::DescribeConsumers(const std::string& group) {
  absl::MutexLock lock(&mutex_);
  if (consumers_.Has(group)) return consumers_.Describe(group, *parts_.topics);
  return MakeError(absl::StatusCode::kNotFound, ErrorCode::kGroupIdNotFound,
                   fmt::format("there is no consumer group \"{}\"", group));
}

ErrorCode GroupService::ValidateFetch(const std::string& group, const std::string& member_id,
                                      std::int32_t member_epoch) {
  absl::MutexLock lock(&mutex_);
  if (!consumers_.Has(group)) return ErrorCode::kNone;
  return consumers_.ValidateFetch(group, member_id, member_epoch);
}

void GroupService::RestoreConsumerGroup(const std::string& group, StoredConsumerGroup stored) {
  absl::MutexLock lock(&mutex_);
  consumers_.Restore(group, stored.epoch.value_or(0));
  if (!stored.members.empty()) absent_consumers_[group] = std::move(stored);
}

void GroupService::RestoreConsumerGroupToShow(const std::string& group,
                                              const StoredConsumerGroup& stored) {
  absl::MutexLock lock(&mutex_);
  ConsumerGroupEffects none;
  consumers_.Restore(group, stored.epoch.value_or(0));
  consumers_.RestoreMembers(group, stored, Now(), &none);
}

absl::Status GroupService::StoreConsumerGroup(const std::string& group,
                                              std::span<const ConsumerGroupRecord> records) {
  const auto absent = absent_consumers_.find(group);
  if (absent == absent_consumers_.end()) return parts_.records->StoreConsumerGroup(group, records);
  ConsumerGroupEffects all = absent->second.Tombstones(group);
  all.insert(all.end(), records.begin(), records.end());
  auto stored = parts_.records->StoreConsumerGroup(group, all);
  if (stored.ok()) absent_consumers_.erase(absent);
  return stored;
}

// Those of a group are written together, for its last one must be out before it may go to the other
// coordinator. Tombstones that could not be written leave a group behind after a restart.
void GroupService::CarryOut(ConsumerGroupEffects effects, Answers& answers) {
  std::stable_sort(effects.begin(), effects.end(),
                   [](const auto& a, const auto& b) { return a.key.group < b.key.group; });
  for (auto begin = effects.begin(); begin != effects.end();) {
    const std::string& group = begin->key.group;
    const auto end = std::find_if(begin, effects.end(), [&](const ConsumerGroupRecord& record) {
      return record.key.group != group;
    });
    const auto stored =
        parts_.records == nullptr ? absl::OkStatus() : StoreConsumerGroup(group, {begin, end});
    if (!stored.ok()) {
      Warn(
          fmt::format("group {}: its members cannot be written down: {}", group, stored.ToString()),
          answers);
    }
    CallObservers(group, answers);
    if (consumers_.MayGiveAway(group, parts_.config.max_size)) Downgrade(group, answers);
    begin = end;
  }
}

}  // namespace rill::engine
