#include <utility>

#include "engine/group/consumer_group.h"

namespace rill::engine {
namespace {

// Those of which `is_refused` says so; of what is no topic's it is asked with an id of zeros.
template <typename IsRefused>
std::vector<TopicPartition> Refused(const CommittedOffsets& offsets, const GroupTopics& topics,
                                    const IsRefused& is_refused) {
  std::vector<TopicPartition> refused;
  const std::string* looked_up = nullptr;
  base::Uuid id;
  for (const auto& [partition, committed] : offsets) {
    if (looked_up == nullptr || *looked_up != partition.topic) {
      looked_up = &partition.topic;
      const auto topic = topics.Find(partition.topic);
      id = topic.has_value() ? topic->id : base::Uuid();
    }
    if (is_refused(IdPartition{id, partition.partition})) refused.push_back(partition);
  }
  return refused;
}

}  // namespace

CommitCheck ConsumerGroup::ValidateCommit(const CommitRequest& request,
                                          const CommittedOffsets& offsets,
                                          const GroupTopics& topics) const {
  if (request.generation < 0 && members_.empty()) return {};
  const ConsumerMember* const member = Find(request.member_id);
  if (member == nullptr) return {ErrorCode::kUnknownMemberId};
  const bool knows_epochs = !member->classic.has_value() && !request.transactional;
  if (knows_epochs && !request.knows_member_epochs) return {ErrorCode::kUnsupportedVersion};
  const bool is_in_step = request.generation == member->epoch;
  if (is_in_step && !member->classic.has_value()) return {};
  const ErrorCode refusal =
      knows_epochs ? ErrorCode::kStaleMemberEpoch : ErrorCode::kIllegalGeneration;
  if (request.generation > member->epoch) return {refusal};
  auto refused = Refused(offsets, topics, [&](const IdPartition& at) {
    // One of the classic protocol that was removed and joins again under its own id may not know.
    if (is_in_step) return IsHeldByOther(at, *member);
    // It has not heard of its new epoch yet.
    const auto since = member->assignment_epochs.find(at);
    return since == member->assignment_epochs.end() || since->second > request.generation;
  });
  if (refused.empty()) return {};
  return {refusal, std::move(refused)};
}

ErrorCode ConsumerGroup::ValidateFetch(const std::string& member_id,
                                       std::int32_t member_epoch) const {
  if (member_id.empty() && member_epoch < 0) return ErrorCode::kNone;
  const ConsumerMember* const member = Find(member_id);
  if (member == nullptr) return ErrorCode::kUnknownMemberId;
  if (member->epoch == member_epoch) return ErrorCode::kNone;
  return member->classic.has_value() ? ErrorCode::kIllegalGeneration : ErrorCode::kStaleMemberEpoch;
}

}  // namespace rill::engine
