// DeleteRecords, versions 0 to 2.
//
// Deletes what lies below an offset of a partition, -1 for its high watermark, and answers where
// the log begins then. POLICY_VIOLATION where cleanup.policy has no "delete", OFFSET_OUT_OF_RANGE
// above the high watermark, INVALID_TOPIC_EXCEPTION for the engine's own topics.
//
// Deviations: all is done when the answer comes, whatever `timeout_ms` says.
#include "net/handlers.h"
#include "net/place_of.h"
#include "net/refuse.h"

namespace rill::net {
namespace {

using Asked = wire::DeleteRecordsRequest::Topic::Partition;
using Answered = wire::DeleteRecordsResponse::Topic::Partition;

constexpr std::int64_t kHighWatermark = -1;
constexpr std::int64_t kNoLowWatermark = -1;

absl::StatusOr<std::int64_t> Delete(
    const Call& call, const absl::StatusOr<std::shared_ptr<engine::TopicState>>& topic,
    const Asked& asked) {
  if (!topic.ok()) return topic.status();
  if (call.node.ending->has_begun()) return absl::UnavailableError("the node stops");
  if ((*topic)->partition(asked.partition_index) == nullptr) {
    return LogOf(topic, asked.partition_index, -1).status();
  }
  if ((*topic)->is_internal()) {
    return Refuse(ErrorCode::kInvalidTopic, "the engine's own topics lose no records to clients");
  }
  if (!(*topic)->config()->cleanup_delete) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kPolicyViolation,
                     "records are deleted only where cleanup.policy has \"delete\"");
  }
  const bool deletes_nothing = asked.offset == kHighWatermark || asked.offset == 0;
  if (deletes_nothing && IsUnused(topic, asked.partition_index)) return 0;
  const auto log = LogOf(topic, asked.partition_index, -1);
  if (!log.ok()) return log.status();
  return (*log)->DeleteRecordsBefore(asked.offset == kHighWatermark ? (*log)->high_watermark()
                                                                    : asked.offset);
}

Answered DeleteOne(const Call& call,
                   const absl::StatusOr<std::shared_ptr<engine::TopicState>>& topic,
                   const Asked& asked) {
  const auto start = Delete(call, topic, asked);
  return {asked.partition_index, start.value_or(kNoLowWatermark), CodeOf(start.status())};
}

}  // namespace

wire::DeleteRecordsResponse HandleDeleteRecords(const Call& call,
                                                const wire::DeleteRecordsRequest& request) {
  wire::DeleteRecordsResponse response;
  for (const auto& asked : request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.name = asked.name;
    const auto topic = FindTopic(call, asked.name, AclOperation::kDelete);
    for (const Asked& partition : asked.partitions) {
      answered.partitions.push_back(DeleteOne(call, topic, partition));
    }
  }
  return response;
}

}  // namespace rill::net
