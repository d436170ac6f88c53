#include "engine/group/sticky_assignor.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "engine/group/protocol.h"

namespace rill::engine {
namespace {

using Partitions = std::vector<std::vector<int>>;  // by member

std::size_t Index(int i) { return static_cast<std::size_t>(i); }

void EraseFirst(std::vector<int>& list, int value) {
  const auto it = std::find(list.begin(), list.end(), value);
  if (it != list.end()) list.erase(it);
}

// "sticky" members gave up their partitions before they joined and carry them in their user data.
// "cooperative-sticky" ones still own them; before version 2 of the subscription their generation
// stands in the user data.
Ownership::Claim ClaimOf(const AssignorModel& model, int member, bool cooperative) {
  const ConsumerSubscription& said = model.input().members[Index(member)].subscription;
  Ownership::Claim claim;
  std::vector<TopicPartition> partitions;
  if (cooperative) {
    partitions = said.owned_partitions;
    if (said.generation >= 0) {
      claim.generation = said.generation;
    } else if (said.user_data) {
      claim.generation = DecodeCooperativeUserData(*said.user_data);
    }
  } else if (said.user_data && !said.user_data->empty()) {
    StickyUserData data = DecodeStickyUserData(*said.user_data);
    partitions = std::move(data.partitions);
    claim.generation = data.generation;
  }
  for (const TopicPartition& tp : partitions) {
    if (const auto partition = model.Find(tp)) claim.partitions.push_back(*partition);
  }
  return claim;
}

// Believes each claim, and of two for one partition the one of the later generation; none when they
// are of the same. (The earlier claimant's generation is the one in its subscription, as in Kafka.)
void Believe(const AssignorModel& model, int member, std::vector<int>& owner,
             Ownership& ownership) {
  const Ownership::Claim& claim = ownership.claims[Index(member)];
  const std::int32_t generation = claim.generation.value_or(-1);
  ownership.newest_generation = std::max(ownership.newest_generation, generation);
  for (const int partition : claim.partitions) {
    const int other = std::exchange(owner[Index(partition)], member);
    if (other == -1) {
      ownership.owned[Index(member)].push_back(partition);
      continue;
    }
    const std::int32_t said = model.input().members[Index(other)].subscription.generation;
    const std::int32_t other_generation = std::max(said, -1);
    if (generation < other_generation) {
      owner[Index(partition)] = other;
      continue;
    }
    if (generation == other_generation) {
      ownership.disputed[Index(partition)] = true;
    } else {
      ownership.owned[Index(member)].push_back(partition);
    }
    EraseFirst(ownership.owned[Index(other)], partition);
  }
}

// Compares as Kafka does: with the first member that has topics, by number and kind. Odd lists may
// pass for equal that are not.
void CompareSubscriptions(const AssignorModel& model, Ownership& ownership) {
  absl::flat_hash_set<std::string> first;
  for (const int member : model.member_order()) {
    const std::vector<std::string>& topics =
        model.input().members[Index(member)].subscription.topics;
    const absl::flat_hash_set<std::string> distinct(topics.begin(), topics.end());
    ownership.some_list_odd |= distinct.empty() || distinct.size() != topics.size();
    if (first.empty()) {
      first = distinct;
    } else if (topics.size() != first.size() ||
               !std::all_of(distinct.begin(), distinct.end(),
                            [&](const std::string& topic) { return first.contains(topic); })) {
      ownership.subscriptions_equal = false;
    }
  }
}

Ownership ReadOwnership(const AssignorModel& model, bool cooperative) {
  Ownership ownership;
  ownership.claims.resize(model.input().members.size());
  ownership.owned.resize(model.input().members.size());
  ownership.disputed.resize(Index(model.partitions()));
  CompareSubscriptions(model, ownership);
  std::vector<int> owner(Index(model.partitions()), -1);
  for (const int member : model.member_order()) {
    ownership.claims[Index(member)] = ClaimOf(model, member, cooperative);
    Believe(model, member, owner, ownership);
  }
  return ownership;
}

bool AllSubscribed(const AssignorModel& model, const Partitions& assigned) {
  for (const int member : model.member_order()) {
    for (const int partition : assigned[Index(member)]) {
      if (!model.Subscribes(member, model.TopicOf(partition))) return false;
    }
  }
  return true;
}

// The partitions that are new to one member and lost to another.
absl::flat_hash_map<int, int> FindMoving(const AssignorModel& model, const Ownership& ownership,
                                         const Partitions& assigned) {
  absl::flat_hash_map<int, int> gained;
  absl::flat_hash_set<int> lost;
  for (const int member : model.member_order()) {
    const std::vector<int>& before = ownership.claims[Index(member)].partitions;
    const std::vector<int>& after = assigned[Index(member)];
    const absl::flat_hash_set<int> had(before.begin(), before.end());
    const absl::flat_hash_set<int> has(after.begin(), after.end());
    for (const int partition : after) {
      if (!had.contains(partition)) gained[partition] = member;
    }
    for (const int partition : before) {
      if (!has.contains(partition)) lost.insert(partition);
    }
  }
  absl::erase_if(gained, [&](const auto& entry) { return !lost.contains(entry.first); });
  return gained;
}

// Cooperative members first give up what moves; it is given in the next rebalance.
void Withhold(const absl::flat_hash_map<int, int>& moving, Partitions& assigned) {
  for (const auto& [partition, member] : moving) EraseFirst(assigned[Index(member)], partition);
}

}  // namespace

// Kafka's way is gone as long as it leads to a valid answer.
Partitions AssignSticky(const AssignorModel& model, bool cooperative) {
  const Ownership ownership = ReadOwnership(model, cooperative);
  if (ownership.subscriptions_equal) {
    absl::flat_hash_map<int, int> moving;
    Partitions assigned = AssignToEqualMembers(model, ownership, &moving);
    if (cooperative) Withhold(moving, assigned);
    if (!ownership.some_list_odd || AllSubscribed(model, assigned)) return assigned;
  }
  bool strayed = false;
  for (const bool careful : {false, true}) {
    Partitions assigned = AssignToDifferentMembers(model, ownership, careful, &strayed);
    if (cooperative) Withhold(FindMoving(model, ownership, assigned), assigned);
    if (careful || !strayed || AllSubscribed(model, assigned)) return assigned;
  }
  return {};
}

}  // namespace rill::engine
