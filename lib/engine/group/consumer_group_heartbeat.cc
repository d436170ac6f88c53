#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "engine/group/consumer_group.h"
#include "fmt/format.h"

namespace rill::engine {
namespace {

bool IsSubset(const std::optional<IdPartitions>& owned, const IdPartitions& assigned) {
  return owned.has_value() &&
         std::includes(assigned.begin(), assigned.end(), owned->begin(), owned->end());
}

// Of a member that tells all, for it cannot know what of it arrived.
bool IsFull(const ConsumerHeartbeat& request) {
  return request.member_epoch == kJoiningEpoch ||
         (request.rebalance_timeout.has_value() && request.owned.has_value() &&
          (request.subscribed_topics.has_value() || request.subscribed_regex.has_value()));
}

ConsumerHeartbeatResponse Fenced(const ConsumerHeartbeat& request, const ConsumerMember& member) {
  return {.error = ErrorCode::kFencedMemberEpoch,
          .error_message = fmt::format(
              "member epoch {} is not the group's {}: give up all partitions and join again",
              request.member_epoch, member.epoch)};
}

}  // namespace

bool ConsumerGroup::HasRoomFor(const std::string& member_id,
                               const ConsumerGroupConfig& config) const {
  return members_.size() < static_cast<std::size_t>(config.max_size) || Find(member_id) != nullptr;
}

ConsumerGroup::Refusal ConsumerGroup::CheckJoin(const ConsumerHeartbeat& request,
                                                const ConsumerGroupConfig& config) const {
  if (!HasRoomFor(request.member_id, config)) {
    return {.error = ErrorCode::kGroupMaxSizeReached,
            .error_message =
                fmt::format("the group has {} members, and may have no more", members_.size())};
  }
  if (!request.instance_id.has_value()) return {};
  const ConsumerMember* const there = FindStatic(*request.instance_id);
  // One that speaks the classic protocol says nothing when it stops.
  const bool is_taken =
      there != nullptr && there->epoch != kStaticLeavingEpoch && !there->classic.has_value();
  if (!is_taken || there->id == request.member_id) return {};
  return {.error = ErrorCode::kUnreleasedInstanceId,
          .error_message = fmt::format("member {} has the instance id {} and has not left",
                                       there->id, *request.instance_id)};
}

ConsumerGroup::Refusal ConsumerGroup::CheckKnown(const ConsumerHeartbeat& request) const {
  const ConsumerMember* const member =
      request.instance_id.has_value() ? FindStatic(*request.instance_id) : Find(request.member_id);
  if (member == nullptr) {
    return {.error = ErrorCode::kUnknownMemberId,
            .error_message = fmt::format("no member {} in group {}", request.member_id, id_)};
  }
  if (member->id != request.member_id) {
    return {.error = ErrorCode::kFencedInstanceId,
            .error_message =
                fmt::format("instance id {} is member {}'s", *request.instance_id, member->id)};
  }
  // The answer that moved it to its epoch may have been lost, as long as it has nothing that it
  // should not have.
  const bool missed_the_answer =
      request.member_epoch == member->previous_epoch && IsSubset(request.owned, member->assigned);
  const bool is_in_step = request.member_epoch == member->epoch ||
                          (request.member_epoch < member->epoch && missed_the_answer);
  return is_in_step ? Refusal() : Fenced(request, *member);
}

ConsumerGroup::Refusal ConsumerGroup::Check(const ConsumerHeartbeat& request,
                                            const ConsumerGroupConfig& config) const {
  return request.member_epoch == kJoiningEpoch ? CheckJoin(request, config) : CheckKnown(request);
}

std::vector<std::string> ConsumerGroup::RegexesToResolve(const ConsumerHeartbeat& request,
                                                         std::uint64_t topics_version,
                                                         absl::Time now,
                                                         const ConsumerGroupConfig& config) const {
  if (Check(request, config).error != ErrorCode::kNone) return {};
  return regexes_.ToResolve(request.subscribed_regex.value_or(""), topics_version, now,
                            config.regex_refresh_interval);
}

// A static member is back: the new one takes over what the old one had.
void ConsumerGroup::Replace(const std::string& old_id, const std::string& new_id,
                            ConsumerGroupStep& step) {
  // Whoever has the new id is somebody else, or was; its client has begun anew under another name.
  if (Find(new_id) != nullptr) Fence(new_id, step);
  CancelTimers(old_id, step);
  ConsumerMember member = std::move(members_.at(old_id));
  WriteGone(old_id, step);
  members_.erase(old_id);
  member.id = new_id;
  member.epoch = member.previous_epoch = kJoiningEpoch;
  Hold(member);
  Write(ConsumerGroupRecordType::kTarget, new_id,
        EncodeValue(ConsumerGroupTargetValue{member.target}), step);
  members_.emplace(new_id, std::move(member));
}

ConsumerMember& ConsumerGroup::FindOrAdd(const ConsumerHeartbeat& request,
                                         ConsumerGroupStep& step) {
  const std::string& id = request.member_id;
  if (request.instance_id.has_value()) {
    const ConsumerMember* const there = FindStatic(*request.instance_id);
    if (there != nullptr && there->id != id) Replace(std::string(there->id), id, step);
  }
  ConsumerMember& member = members_.try_emplace(id, ConsumerMember{.id = id}).first->second;
  if (request.instance_id.has_value() && member.instance_id != *request.instance_id) {
    if (member.is_static()) static_members_.erase(member.instance_id);
    member.instance_id = *request.instance_id;
  }
  if (member.is_static()) static_members_[member.instance_id] = id;
  return member;
}

// Whether it subscribes to something else than before.
bool ConsumerGroup::TakeSubscription(ConsumerMember& member, const ConsumerHeartbeat& request) {
  const std::string regex = request.subscribed_regex.value_or(member.regex);
  std::vector<std::string> topics = request.subscribed_topics.has_value()
                                        ? SortedOnce(*request.subscribed_topics)
                                        : member.topics;
  const bool is_new = topics != member.topics || regex != member.regex;
  if (topics != member.topics) member.topics_version.reset();
  member.topics = std::move(topics);
  member.regex = regex;
  return is_new;
}

// Whether anything of it is other than before.
bool ConsumerGroup::TakeDetails(ConsumerMember& member, const ConsumerHeartbeat& request,
                                ConsumerGroupStep& step) {
  bool changed = false;
  const auto set = [&changed](auto& known, const auto& said) {
    if (known == said) return;
    known = said;
    changed = true;
  };
  if (request.rack_id.has_value()) set(member.rack_id, *request.rack_id);
  if (request.rebalance_timeout.has_value()) {
    set(member.rebalance_timeout, *request.rebalance_timeout);
  }
  if (request.server_assignor.has_value()) {
    set(member.assignor, FindServerAssignor(*request.server_assignor));
  }
  set(member.client_id, request.client_id);
  set(member.client_host, request.client_host);
  if (member.classic == request.classic) return changed;
  SetClassic(member, request.classic);
  // What was waited for by the other protocol.
  step.timers.Cancel({id_, TimerKind::kJoin, member.id});
  step.timers.Cancel({id_, TimerKind::kSync, member.id});
  return true;
}

// By name, where there is such a topic, and by regular expression; each once.
std::vector<std::string> ConsumerGroup::TopicsOf(const ConsumerMember& member) const {
  const auto& matching = regexes_.TopicsOf(member.regex);
  std::vector<std::string> topics;
  std::set_union(member.topics_there.begin(), member.topics_there.end(), matching.begin(),
                 matching.end(), std::back_inserter(topics));
  return topics;
}

// Whether a regular expression of a member's stands for other topics than before.
bool ConsumerGroup::TakeRegexes(const ResolvedRegexes& resolved, ConsumerGroupStep& step) {
  if (!topics_version_.has_value()) {
    std::set<std::string> used;
    for (const auto& [id, member] : members_) {
      if (!member.regex.empty()) used.insert(member.regex);
    }
    for (const std::string& gone : regexes_.Keep(used)) {
      Write(ConsumerGroupRecordType::kRegex, gone, std::nullopt, step);
    }
  }
  const std::vector<std::string> changed = regexes_.Take(resolved, step.now);
  for (const std::string& regex : changed) {
    const ConsumerGroupRegexValue value{regexes_.TopicsOf(regex), absl::ToUnixMillis(step.now)};
    Write(ConsumerGroupRecordType::kRegex, regex, EncodeValue(value), step);
  }
  if (!changed.empty()) topics_version_.reset();
  return !changed.empty();
}

void ConsumerGroup::LookForTopics(ConsumerMember& member, const GroupTopics& topics,
                                  std::uint64_t version) {
  if (member.topics_version == version) return;
  member.topics_version = version;
  member.topics_there.clear();
  std::copy_if(member.topics.begin(), member.topics.end(), std::back_inserter(member.topics_there),
               [&](const std::string& name) { return topics.Find(name).has_value(); });
}

// Whether the topics are others than when they were last looked at.
bool ConsumerGroup::TakeTopics(const GroupTopics& topics) {
  const std::uint64_t version = topics.version();
  if (topics_version_ == version) return false;
  topics_version_ = version;
  GroupTopicMap seen;
  for (auto& [id, member] : members_) {
    LookForTopics(member, topics, version);
    for (const std::string& name : TopicsOf(member)) {
      if (seen.contains(name)) continue;
      if (const auto topic = topics.Find(name)) seen.emplace(name, *topic);
    }
  }
  const bool changed = seen != topics_ && !(topics_.empty() && AreAllTargets(seen));
  topics_ = std::move(seen);
  return changed;
}

// After a restart it is not known what the topics were: those whose partitions, and no others, are
// what members are to have.
bool ConsumerGroup::AreAllTargets(const GroupTopicMap& topics) const {
  IdPartitions left;
  for (const auto& [id, member] : members_) left.insert(member.target.begin(), member.target.end());
  for (const auto& [name, topic] : topics) {
    for (std::int32_t index = 0; index < topic.partitions; ++index) {
      if (left.erase({topic.id, index}) == 0) return false;
    }
  }
  return left.empty();
}

void ConsumerGroup::MakeTarget(ConsumerGroupStep& step) {
  std::vector<ServerAssignorMember> inputs;
  for (const auto& [id, member] : members_) {
    inputs.push_back({id, member.instance_id, TopicsOf(member), member.target});
  }
  auto targets = AssignByServer(PreferredAssignor(step.config), inputs, topics_);
  std::size_t next = 0;
  for (auto& [id, member] : members_) {
    IdPartitions& target = targets[next++];
    if (target == member.target) continue;
    member.target = std::move(target);
    Write(ConsumerGroupRecordType::kTarget, id,
          EncodeValue(ConsumerGroupTargetValue{member.target}), step);
  }
  assignment_epoch_ = epoch_;
  Write(ConsumerGroupRecordType::kTargetEpoch, "",
        EncodeValue(ConsumerGroupTargetEpochValue{assignment_epoch_}), step);
}

ConsumerHeartbeatResponse ConsumerGroup::Heartbeat(const ConsumerHeartbeat& request,
                                                   const GroupTopics& topics,
                                                   ConsumerGroupStep& step) {
  if (auto refused = Check(request, step.config); refused.error != ErrorCode::kNone) return refused;
  return Advance(request, topics, step);
}

// Takes what the member says, and leads it on. The group's own record is written first: without it
// those of its members are nobody's.
ConsumerHeartbeatResponse ConsumerGroup::Advance(const ConsumerHeartbeat& request,
                                                 const GroupTopics& topics,
                                                 ConsumerGroupStep& step) {
  const ConsumerMember* const there = Find(request.member_id);
  const ConsumerMember* const namesake =
      request.instance_id.has_value() ? FindStatic(*request.instance_id) : nullptr;
  const bool is_replaced = namesake != nullptr && namesake != there;
  const bool is_new = there == nullptr && namesake == nullptr;
  const bool is_unwritten = there == nullptr || is_replaced ||
                            there->instance_id != request.instance_id.value_or(there->instance_id);
  ConsumerMember& member = FindOrAdd(request, step);
  const ConsumerGroupCurrentValue before = member.Current();
  const bool missed_an_answer = request.member_epoch != member.epoch;
  const bool has_new_details = TakeDetails(member, request, step);
  const bool subscribes_anew = TakeSubscription(member, request);
  if (subscribes_anew) topics_version_.reset();
  const bool regexes_changed = TakeRegexes(request.resolved, step);
  const bool topics_changed = TakeTopics(topics);
  if (is_new || subscribes_anew || regexes_changed || topics_changed) BumpEpoch(step);
  if (is_unwritten || has_new_details || subscribes_anew) {
    Write(ConsumerGroupRecordType::kMember, member.id, EncodeValue(member.Details()), step);
  }
  if (epoch_ > assignment_epoch_) MakeTarget(step);
  Reconcile(member, request.owned, step);
  if (is_unwritten || member.Current() != before) {
    Write(ConsumerGroupRecordType::kCurrent, member.id, EncodeValue(member.Current()), step);
  }
  AwaitSignOfLife(member, step);

  ConsumerHeartbeatResponse response{.member_id = member.id,
                                     .member_epoch = member.epoch,
                                     .heartbeat_interval = step.config.heartbeat_interval};
  if (IsFull(request) || missed_an_answer || member.assigned != before.assigned) {
    response.assignment = member.assigned;
  }
  return response;
}

}  // namespace rill::engine
