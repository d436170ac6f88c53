#include "engine/group/consumer_group.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "fmt/format.h"

namespace rill::engine {
namespace {

std::vector<DescribedTopic> Named(const IdPartitions& partitions, const GroupTopicMap& topics) {
  std::vector<DescribedTopic> named;
  for (const auto& [name, topic] : topics) {
    DescribedTopic shown{topic.id, name, {}};
    for (auto at = partitions.lower_bound({topic.id, 0});
         at != partitions.end() && at->topic == topic.id; ++at) {
      shown.partitions.push_back(at->partition);
    }
    if (!shown.partitions.empty()) named.push_back(std::move(shown));
  }
  return named;
}

}  // namespace

GroupState ConsumerGroup::state() const {
  if (members_.empty()) return GroupState::kEmpty;
  if (epoch_ > assignment_epoch_) return GroupState::kAssigning;
  const bool is_stable = std::all_of(members_.begin(), members_.end(), [&](const auto& entry) {
    return entry.second.IsReconciledTo(assignment_epoch_);
  });
  return is_stable ? GroupState::kStable : GroupState::kReconciling;
}

const ConsumerMember* ConsumerGroup::Find(const std::string& member_id) const {
  const auto found = members_.find(member_id);
  return found == members_.end() ? nullptr : &found->second;
}

const ConsumerMember* ConsumerGroup::FindStatic(const std::string& instance_id) const {
  const auto found = static_members_.find(instance_id);
  return found == static_members_.end() ? nullptr : Find(found->second);
}

// What most of those who ask for one ask for.
ServerAssignor ConsumerGroup::PreferredAssignor(const ConsumerGroupConfig& config) const {
  ServerAssignor preferred = config.assignors.front();
  std::ptrdiff_t most = 0;
  for (const ServerAssignor assignor : config.assignors) {
    const auto votes = std::count_if(members_.begin(), members_.end(), [&](const auto& entry) {
      return entry.second.assignor == assignor;
    });
    if (votes <= most) continue;
    most = votes;
    preferred = assignor;
  }
  return preferred;
}

// Members may have partitions of topics that the group does not look at: of those that nobody
// subscribes to any more, and, after a restart, of all until one speaks up.
GroupTopicMap ConsumerGroup::TopicsToDescribe(const GroupTopics& topics) const {
  std::set<base::Uuid> unknown;
  for (const auto& [id, member] : members_) {
    for (const IdPartitions* const some : {&member.assigned, &member.target}) {
      for (const IdPartition& at : *some) unknown.insert(at.topic);
    }
  }
  for (const auto& [name, topic] : topics_) unknown.erase(topic.id);
  GroupTopicMap described = topics_;
  if (unknown.empty()) return described;
  for (const std::string& name : topics.Names()) {
    const auto topic = topics.Find(name);
    if (topic.has_value() && unknown.contains(topic->id)) described.insert_or_assign(name, *topic);
  }
  return described;
}

DescribedConsumerGroup ConsumerGroup::Describe(const ConsumerGroupConfig& config,
                                               const GroupTopics& topics) const {
  DescribedConsumerGroup described{.state = state(),
                                   .epoch = epoch_,
                                   .assignment_epoch = assignment_epoch_,
                                   .assignor = ServerAssignorName(PreferredAssignor(config))};
  const GroupTopicMap known = TopicsToDescribe(topics);
  for (const auto& [id, member] : members_) {
    described.members.push_back({.member_id = id,
                                 .instance_id = member.instance_id,
                                 .rack_id = member.rack_id,
                                 .member_epoch = member.epoch,
                                 .client_id = member.client_id,
                                 .client_host = member.client_host,
                                 .subscribed_topics = member.topics,
                                 .subscribed_regex = member.regex,
                                 .assigned = Named(member.assigned, known),
                                 .target = Named(member.target, known),
                                 .is_classic = member.classic.has_value()});
  }
  return described;
}

void ConsumerGroup::AddSubscribed(SubscribedTopics& topics) const {
  std::set<std::string_view> regexes;  // each but once: many members may have the same
  for (const auto& [id, member] : members_) {
    topics.Add(member.topics);
    if (member.regex.empty() || !regexes.insert(member.regex).second) continue;
    if (!regexes_.IsResolved(member.regex)) return topics.AddAll();
    topics.Add(regexes_.TopicsOf(member.regex));
  }
}

void ConsumerGroup::Hold(const ConsumerMember& member) {
  for (const IdPartition& at : member.assigned) holders_[at] = member.id;
  for (const IdPartition& at : member.pending_revocation) holders_[at] = member.id;
}

void ConsumerGroup::Release(const ConsumerMember& member) {
  for (const IdPartitions* const some : {&member.assigned, &member.pending_revocation}) {
    for (const IdPartition& at : *some) {
      const auto held = holders_.find(at);
      if (held != holders_.end() && held->second == member.id) holders_.erase(held);
    }
  }
}

void ConsumerGroup::BumpEpoch(ConsumerGroupStep& step) {
  ++epoch_;
  Write(ConsumerGroupRecordType::kEpoch, "", EncodeValue(ConsumerGroupEpochValue{epoch_}), step);
}

void ConsumerGroup::Write(ConsumerGroupRecordType type, const std::string& member_id,
                          std::optional<std::string> value, ConsumerGroupStep& step) const {
  step.effects.push_back({{type, id_, member_id}, std::move(value)});
}

void ConsumerGroup::WriteGone(const std::string& member_id, ConsumerGroupStep& step) const {
  for (const auto type : {ConsumerGroupRecordType::kCurrent, ConsumerGroupRecordType::kTarget,
                          ConsumerGroupRecordType::kMember}) {
    Write(type, member_id, std::nullopt, step);
  }
}

void ConsumerGroup::AwaitSignOfLife(const ConsumerMember& member, ConsumerGroupStep& step) const {
  const absl::Duration limit =
      member.classic.has_value() ? member.classic->silence_limit : step.config.session_timeout;
  step.timers.Schedule({id_, TimerKind::kMember, member.id}, step.now + limit);
}

void ConsumerGroup::CancelTimers(const std::string& member_id, ConsumerGroupStep& step) const {
  for (const TimerKind kind :
       {TimerKind::kMember, TimerKind::kRevocation, TimerKind::kJoin, TimerKind::kSync}) {
    step.timers.Cancel({id_, kind, member_id});
  }
}

void ConsumerGroup::Drop(ConsumerGroupStep& step) const {
  for (const auto& [id, member] : members_) {
    CancelTimers(id, step);
    WriteGone(id, step);
  }
  for (const std::string& regex : ConsumerGroupRegexes(regexes_).Keep({})) {
    Write(ConsumerGroupRecordType::kRegex, regex, std::nullopt, step);
  }
  Write(ConsumerGroupRecordType::kTargetEpoch, "", std::nullopt, step);
  Write(ConsumerGroupRecordType::kEpoch, "", std::nullopt, step);
}

void ConsumerGroup::SetClassic(ConsumerMember& member, std::optional<ClassicConsumer> classic) {
  if (member.classic.has_value()) classic_protocols_.Remove(member.classic->protocols);
  member.classic = std::move(classic);
  if (member.classic.has_value()) classic_protocols_.Add(member.classic->protocols);
}

// What it had is the next one's; what it subscribed to may be nobody's any more.
void ConsumerGroup::Fence(const std::string& member_id, ConsumerGroupStep& step) {
  const auto found = members_.find(member_id);
  ConsumerMember& member = found->second;
  SetClassic(member, std::nullopt);
  CancelTimers(member_id, step);
  Release(member);
  if (member.is_static()) static_members_.erase(member.instance_id);
  if (removed_.size() == kRemovedKnown) removed_.pop_front();
  removed_.push_back(member_id);
  WriteGone(member_id, step);
  members_.erase(found);
  topics_version_.reset();
  BumpEpoch(step);
}

// It keeps its partitions for as long as its session lasts, but those that it was to give up.
void ConsumerGroup::LeaveForAWhile(const std::string& member_id, ConsumerGroupStep& step) {
  ConsumerMember& member = members_.at(member_id);
  step.timers.Cancel({id_, TimerKind::kRevocation, member_id});
  Release(member);
  member.ForgetPendingRevocation();
  Hold(member);
  member.epoch = kStaticLeavingEpoch;
  Write(ConsumerGroupRecordType::kCurrent, member_id, EncodeValue(member.Current()), step);
}

ConsumerHeartbeatResponse ConsumerGroup::Leave(const ConsumerHeartbeat& request,
                                               ConsumerGroupStep& step) {
  const bool is_static = request.instance_id.has_value();
  const ConsumerMember* const member =
      is_static ? FindStatic(*request.instance_id) : Find(request.member_id);
  if (member == nullptr) {
    return {.error = ErrorCode::kUnknownMemberId,
            .error_message = fmt::format("no member {} in group {}", request.member_id, id_)};
  }
  if (member->id != request.member_id) {
    return {.error = ErrorCode::kFencedInstanceId,
            .error_message =
                fmt::format("instance id {} is member {}'s", *request.instance_id, member->id)};
  }
  if (request.member_epoch == kStaticLeavingEpoch) {
    LeaveForAWhile(request.member_id, step);
  } else {
    Fence(request.member_id, step);
  }
  return {.member_id = request.member_id, .member_epoch = request.member_epoch};
}

void ConsumerGroup::OnTimer(const TimerKey& timer, ConsumerGroupStep& step) {
  if (Find(timer.member_id) != nullptr) Fence(timer.member_id, step);
}

}  // namespace rill::engine
