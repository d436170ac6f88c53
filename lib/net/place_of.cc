#include "net/place_of.h"

#include "fmt/format.h"

namespace rill::net {

absl::StatusOr<std::shared_ptr<engine::TopicState>> FindTopic(const Call& call,
                                                              const std::string& name,
                                                              AclOperation operation) {
  if (auto may = CheckTopic(call, operation, name); !may.ok()) return may;
  return call.node.engine->FindTopic(name);
}

absl::StatusOr<std::shared_ptr<engine::TopicState>> TopicOf(const Call& call,
                                                            const std::string& name,
                                                            const base::Uuid& id, int first_by_id,
                                                            AclOperation operation) {
  if (call.version < first_by_id) return FindTopic(call, name, operation);
  auto topic = call.node.engine->FindTopic(id);
  if (!topic.ok()) return topic;
  if (auto may = CheckTopic(call, operation, (*topic)->name()); !may.ok()) return may;
  return topic;
}

absl::StatusOr<std::shared_ptr<log::PartitionLog>> LogOf(
    const absl::StatusOr<std::shared_ptr<engine::TopicState>>& topic, std::int32_t partition,
    std::int32_t known_leader_epoch) {
  if (!topic.ok()) return topic.status();
  auto state = (*topic)->OpenPartition(partition);
  if (!state.ok()) return state.status();
  const auto& log = (*state)->log();
  if (known_leader_epoch < 0 || known_leader_epoch == log->leader_epoch()) return log;
  const bool is_old = known_leader_epoch < log->leader_epoch();
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   is_old ? ErrorCode::kFencedLeaderEpoch : ErrorCode::kUnknownLeaderEpoch,
                   fmt::format("{}-{} is in leader epoch {}, not {}", (*topic)->name(), partition,
                               log->leader_epoch(), known_leader_epoch));
}

bool IsUnused(const absl::StatusOr<std::shared_ptr<engine::TopicState>>& topic,
              std::int32_t partition) {
  const auto state = topic.ok() ? (*topic)->partition(partition) : nullptr;
  return state != nullptr && state->log() == nullptr && !state->WasUsed();
}

ErrorCode CodeOf(const absl::Status& status) {
  const ErrorCode code = GetErrorCode(status);
  if (code != ErrorCode::kNone && code != ErrorCode::kUnknownServerError) return code;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ErrorCode::kNone;
    case absl::StatusCode::kFailedPrecondition:  // the engine was closed
      return ErrorCode::kBrokerNotAvailable;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDataLoss:
      return ErrorCode::kKafkaStorageError;
    default:
      return ErrorCode::kUnknownServerError;
  }
}

}  // namespace rill::net
