#include "net/topic_requests.h"

#include "absl/container/flat_hash_set.h"

namespace rill::net {
namespace {

absl::flat_hash_set<base::Uuid> TopicsOf(const engine::LocalEngine& engine) {
  absl::flat_hash_set<base::Uuid> ids;
  for (const auto& topic : engine.topics(/*include_internal=*/true)) ids.insert(topic->uuid());
  return ids;
}

}  // namespace

bool IsFailure(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNone:
    case ErrorCode::kOffsetOutOfRange:
    case ErrorCode::kCorruptMessage:
    case ErrorCode::kUnknownTopicOrPartition:
    case ErrorCode::kUnknownTopicId:
    case ErrorCode::kNotLeaderOrFollower:
    case ErrorCode::kFencedLeaderEpoch:
    case ErrorCode::kUnknownLeaderEpoch:
    case ErrorCode::kMessageTooLarge:
    case ErrorCode::kRecordListTooLarge:
    case ErrorCode::kInvalidRequiredAcks:
    case ErrorCode::kTopicAuthorizationFailed:
    case ErrorCode::kTransactionalIdAuthorizationFailed:
      return false;
    default:
      return true;
  }
}

TopicRequests::Counters& TopicRequests::Of(const engine::TopicState& topic) {
  const auto found = topics_.find(topic.uuid());
  if (found != topics_.end()) return found->second->counters;
  absl::MutexLock lock(&mutex_);
  if (topics_.size() >= forget_at_) ForgetDeleted();
  auto& made = topics_[topic.uuid()];
  made = std::make_unique<Topic>();
  made->name = topic.name();
  return made->counters;
}

// What clients make and delete would stay for good otherwise.
void TopicRequests::ForgetDeleted() {
  const auto ids = TopicsOf(engine_);
  absl::erase_if(topics_, [&](const auto& topic) { return !ids.contains(topic.first); });
  forget_at_ = 2 * topics_.size() + 64;
}

void TopicRequests::AddTo(std::map<std::string, PartitionRequests>& topics) const {
  const auto ids = TopicsOf(engine_);
  absl::MutexLock lock(&mutex_);
  for (const auto& [id, topic] : topics_) {
    if (!ids.contains(id)) continue;
    PartitionRequests& sum = topics[topic->name];
    sum.produced += topic->counters.produced.value();
    sum.fetched += topic->counters.fetched.value();
    sum.failed_produces += topic->counters.failed_produces.value();
    sum.failed_fetches += topic->counters.failed_fetches.value();
  }
}

}  // namespace rill::net
