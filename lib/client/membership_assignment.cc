#include <algorithm>
#include <iterator>
#include <utility>

#include "client/membership.h"
#include "engine/group/protocol.h"

namespace rill::client {
namespace {

using Partitions = std::vector<TopicPartition>;

// How long a member leaves a log alone that could not be opened.
constexpr absl::Duration kRetryInterval = absl::Milliseconds(250);

// Those of `all` that are not in `others`; both in order.
Partitions Without(const Partitions& all, const Partitions& others) {
  Partitions rest;
  std::set_difference(all.begin(), all.end(), others.begin(), others.end(),
                      std::back_inserter(rest));
  return rest;
}

}  // namespace

bool Membership::IsCooperative() const {
  return std::all_of(assignors_.begin(), assignors_.end(), engine::IsCooperative);
}

std::string Membership::Metadata(engine::Assignor assignor) const {
  return engine::EncodeSubscription(
      {.topics = joined_topics_,
       .user_data = engine::AssignorUserData(assignor, last_assigned_, last_assigned_generation_),
       .owned_partitions = owned_,
       .generation = generation_});
}

// Members that are not all cooperative give everything up before they join; cooperative ones only
// what they no longer subscribe to.
void Membership::PrepareToJoin() {
  DropUntaken();
  Partitions kept;
  if (IsCooperative()) {
    const auto topics = subscription_.Topics(*engine_);
    std::copy_if(owned_.begin(), owned_.end(), std::back_inserter(kept),
                 [&](const TopicPartition& partition) {
                   return std::binary_search(topics.begin(), topics.end(), partition.topic);
                 });
  }
  const Partitions revoked = Without(owned_, kept);
  if (revoked.empty()) return;
  events_.on_revoked(revoked);
  owned_ = std::move(kept);
}

std::map<std::string, std::int32_t> Membership::CountPartitions(
    const std::set<std::string>& topics) const {
  std::map<std::string, std::int32_t> counts;
  for (const std::string& topic : topics) {
    const auto state = engine_->FindTopic(topic);
    counts[topic] = state.ok() ? (*state)->partition_count() : 0;
  }
  return counts;
}

std::vector<engine::MemberAssignment> Membership::Divide(const engine::JoinResponse& response) {
  engine::AssignorInput input;
  std::set<std::string> topics;
  for (const engine::JoinedMember& member : response.members) {
    // What cannot be read subscribes to nothing: it must not stop the others.
    auto subscription = engine::DecodeSubscription(member.metadata);
    if (!subscription.ok()) subscription = engine::ConsumerSubscription();
    topics.insert(subscription->topics.begin(), subscription->topics.end());
    input.members.push_back({member.member_id, member.group_instance_id, *std::move(subscription)});
  }
  // Read before the counts: a change in between is seen as one since.
  topics_version_ = engine_->topics_version();
  led_partitions_ = CountPartitions(topics);
  for (const auto& [topic, count] : led_partitions_) {
    if (count > 0) input.partition_counts[topic] = count;
  }
  auto divided = engine::Assign(assignor_, input);
  std::vector<engine::MemberAssignment> assignments;
  for (std::size_t i = 0; i < divided.size(); ++i) {
    assignments.push_back({input.members[i].member_id,
                           engine::EncodeAssignment({.partitions = std::move(divided[i])})});
  }
  return assignments;
}

absl::Status Membership::Take(Partitions assigned) {
  last_assigned_ = assigned;
  last_assigned_generation_ = generation_;
  std::sort(assigned.begin(), assigned.end());
  const Partitions revoked = Without(owned_, assigned);
  if (!revoked.empty()) {
    events_.on_revoked(revoked);
    // They can be given to somebody else now: the group divides once more.
    wants_to_join_ = true;
  }
  untaken_ = Without(assigned, owned_);
  owned_ = std::move(assigned);
  return TakeUntaken();
}

// A log that cannot be opened now (the disk is full, a cap is reached) may be next time. Meanwhile
// the member reads the others.
absl::Status Membership::TakeUntaken() {
  next_try_ = base::DeadlineAfter(kRetryInterval);
  return events_.on_assigned(owned_, untaken_);
}

// What was never taken is not given up, nor lost: the listener did not hear of it.
void Membership::DropUntaken() {
  owned_ = Without(owned_, untaken_);
  untaken_.clear();
}

}  // namespace rill::client
