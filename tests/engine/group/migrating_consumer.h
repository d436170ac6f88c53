#pragma once

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "consumer_harness.h"
#include "engine/group/assignor.h"
#include "engine/group/protocol.h"
#include "engine/group_service.h"

namespace rill::engine {

// A consumer as clients are, that speaks the one protocol or the other: what it knows of its group
// and what it takes for its own.
class MigratingConsumer {
 public:
  MigratingConsumer(const std::unique_ptr<GroupService>& service, const TestTopics& topics,
                    std::string name)
      : service_(service), topics_(topics), name_(std::move(name)) {}

  std::string instance_id;  // empty: a dynamic member
  bool is_classic = true;
  Assignor assignor = Assignor::kRange;  // while it is classic
  std::vector<std::string> subscribed = {"orders"};

  const std::set<TopicPartition>& owned() const { return owned_; }
  bool is_in() const { return !member_id_.empty() && generation_ > 0 && state_ != State::kOutside; }

  // All of what it owns.
  bool MayCommit() {
    if (owned_.empty()) return false;
    CommittedOffsets offsets;
    for (const TopicPartition& at : owned_) offsets[at] = {};
    return service_
        ->Commit({.group_id = "g",
                  .generation = generation_,
                  .member_id = member_id_,
                  .group_instance_id = instance_id,
                  .knows_member_epochs = !is_classic},
                 offsets)
        .ok();
  }

  void Step() { is_classic ? StepClassic() : Beat(); }

  // The next answer goes astray.
  void LoseAnswer() {
    if (!is_classic) {
      Beat(/*hears=*/false);
    } else if (state_ == State::kJoining || state_ == State::kSyncing) {
      state_ = State::kRejoining;
    }
  }

  void Leave() {
    if (!member_id_.empty() && is_classic) {
      service_->Leave({"g", {{member_id_, instance_id, ""}}});
    } else if (!member_id_.empty()) {
      auto request = ConsumerHarness::BeatOf(member_id_, kLeavingEpoch);
      if (!instance_id.empty()) request.instance_id = instance_id;
      service_->ConsumerGroupHeartbeat(request);
    }
    Die();
  }

  // Without a word.
  void Die() {
    Lose();
    member_id_.clear();
  }

 private:
  enum class State { kOutside, kRejoining, kJoining, kSyncing, kStable };

  void Lose() {
    state_ = State::kOutside;
    generation_ = 0;
    owned_.clear();
    must_tell_all_ = false;
  }

  void Refused(ErrorCode error) {
    if (error == ErrorCode::kRebalanceInProgress || error == ErrorCode::kNotCoordinator) {
      state_ = State::kRejoining;
      return;
    }
    Lose();
    if (error != ErrorCode::kIllegalGeneration && error != ErrorCode::kFencedMemberEpoch) {
      member_id_.clear();
    }
  }

  void StepClassic() {
    switch (state_) {
      case State::kOutside:
      case State::kRejoining:
        return Join();
      case State::kJoining:
        if (joined_->has_value()) OnJoined(**joined_);
        return;
      case State::kSyncing:
        if (synced_->has_value()) OnSynced(**synced_);
        return;
      case State::kStable: {
        if (topics_.version() != topics_version_) return Join();
        const ErrorCode told = service_->Heartbeat({"g", generation_, member_id_, instance_id});
        if (told != ErrorCode::kNone) Refused(told);
      }
    }
  }

  void Join() {
    topics_version_ = topics_.version();
    if (!IsCooperative(assignor)) owned_.clear();
    const std::vector<TopicPartition> owned(owned_.begin(), owned_.end());
    const auto data = AssignorUserData(assignor, owned, generation_);
    joined_ = std::make_shared<std::optional<JoinResponse>>();
    state_ = State::kJoining;
    service_->Join(
        {.group_id = "g",
         .member_id = member_id_,
         .group_instance_id = instance_id,
         .client_id = name_,
         .session_timeout = absl::Seconds(30),
         .rebalance_timeout = absl::Seconds(20),
         .protocols = {{AssignorName(assignor), EncodeSubscription({.topics = subscribed,
                                                                    .user_data = data,
                                                                    .owned_partitions = owned,
                                                                    .generation = generation_})}},
         .require_known_member_id = true},
        [joined = joined_](const JoinResponse& response) { *joined = response; });
  }

  void OnJoined(const JoinResponse& response) {
    if (response.error == ErrorCode::kMemberIdRequired) {
      member_id_ = response.member_id;
      return Join();
    }
    if (response.error != ErrorCode::kNone) return Refused(response.error);
    member_id_ = response.member_id;
    generation_ = response.generation;
    state_ = State::kSyncing;
    synced_ = std::make_shared<std::optional<SyncResponse>>();
    const bool leads = response.leader == member_id_ && !response.skip_assignment;
    service_->Sync({.group_id = "g",
                    .generation = generation_,
                    .member_id = member_id_,
                    .group_instance_id = instance_id,
                    .protocol_type = kConsumerProtocolType,
                    .protocol_name = response.protocol_name,
                    .assignments = leads ? Divide(response) : std::vector<MemberAssignment>()},
                   [synced = synced_](const SyncResponse& answer) { *synced = answer; });
  }

  std::vector<MemberAssignment> Divide(const JoinResponse& response) const {
    AssignorInput input;
    for (const JoinedMember& member : response.members) {
      input.members.push_back({member.member_id, member.group_instance_id,
                               DecodeSubscription(member.metadata).value()});
    }
    for (const std::string& name : topics_.Names()) {
      input.partition_counts[name] = topics_.Find(name)->partitions;
    }
    const auto divided = Assign(assignor, input);
    std::vector<MemberAssignment> assignments;
    for (std::size_t i = 0; i < divided.size(); ++i) {
      assignments.push_back(
          {input.members[i].member_id, EncodeAssignment({.partitions = divided[i]})});
    }
    return assignments;
  }

  void OnSynced(const SyncResponse& response) {
    if (response.error != ErrorCode::kNone) return Refused(response.error);
    std::set<TopicPartition> now;
    if (!response.assignment.empty()) {
      const auto assignment = DecodeAssignment(response.assignment).value();
      now.insert(assignment.partitions.begin(), assignment.partitions.end());
    }
    const bool gives_up = !std::includes(now.begin(), now.end(), owned_.begin(), owned_.end());
    owned_ = std::move(now);
    // A cooperative member that has given something up joins again, so that it goes to another.
    state_ = gives_up ? State::kRejoining : State::kStable;
  }

  IdPartitions OwnedIds() const {
    IdPartitions ids;
    for (const TopicPartition& at : owned_) {
      if (topics_.Find(at.topic).has_value()) ids.insert(topics_.At(at.topic, at.partition));
    }
    return ids;
  }

  void Beat(bool hears = true) {
    const bool joins = state_ == State::kOutside;
    if (member_id_.empty()) member_id_ = fmt::format("{}-{}", name_, ++ids_);
    const bool tells_all = joins || must_tell_all_;
    auto request = tells_all ? ConsumerHarness::JoinOf(member_id_, subscribed)
                             : ConsumerHarness::BeatOf(member_id_, generation_);
    request.member_epoch = joins ? kJoiningEpoch : generation_;
    if (!instance_id.empty()) request.instance_id = instance_id;
    request.client_id = name_;
    request.owned = OwnedIds();
    const auto response = service_->ConsumerGroupHeartbeat(request);
    if (!hears) {
      must_tell_all_ = !joins;
      return;
    }
    if (response.error != ErrorCode::kNone) return Refused(response.error);
    state_ = State::kStable;
    generation_ = response.member_epoch;
    must_tell_all_ = false;
    if (response.assignment.has_value()) TakeUp(*response.assignment);
  }

  void TakeUp(const IdPartitions& assignment) {
    owned_.clear();
    for (const std::string& name : topics_.Names()) {
      for (const IdPartition& at : topics_.All(name)) {
        if (assignment.contains(at)) owned_.insert({name, at.partition});
      }
    }
  }

  const std::unique_ptr<GroupService>& service_;  // another one after a restart
  const TestTopics& topics_;
  const std::string name_;

  State state_ = State::kOutside;
  std::string member_id_;
  std::int32_t generation_ = 0;
  std::set<TopicPartition> owned_;
  bool must_tell_all_ = false;  // an answer was lost
  std::uint64_t topics_version_ = 0;
  std::shared_ptr<std::optional<JoinResponse>> joined_;
  std::shared_ptr<std::optional<SyncResponse>> synced_;
  int ids_ = 0;
};

}  // namespace rill::engine
