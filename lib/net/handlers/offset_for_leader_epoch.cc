// OffsetForLeaderEpoch, versions 2 to 4.
//
// Where leader epochs ended: of each partition the largest epoch up to the one asked for, and the
// offset at which the next began, or the log's end. -1 and -1 for an epoch that is not known.
#include "net/handlers.h"
#include "net/identity.h"
#include "net/place_of.h"

namespace rill::net {
namespace {

using Asked = wire::OffsetForLeaderEpochRequest::Topic::Partition;
using Answered = wire::OffsetForLeaderEpochResponse::Topic::EpochEndOffset;

Answered Find(const Call& call, const absl::StatusOr<std::shared_ptr<engine::TopicState>>& topic,
              const Asked& asked) {
  Answered answered;
  answered.partition = asked.partition;
  if (call.node.ending->has_begun()) {
    answered.error_code = ErrorCode::kBrokerNotAvailable;
    return answered;
  }
  const bool may_know = asked.current_leader_epoch <= kFirstLeaderEpoch;
  if (may_know && IsUnused(topic, asked.partition)) {
    if (asked.leader_epoch == kFirstLeaderEpoch) {
      answered.leader_epoch = kFirstLeaderEpoch;
      answered.end_offset = 0;
    }
    return answered;
  }
  const auto log = LogOf(topic, asked.partition, asked.current_leader_epoch);
  const auto end = log.ok() ? (*log)->EndOfLeaderEpoch(asked.leader_epoch) : log.status();
  if (!end.ok()) {
    answered.error_code = CodeOf(end.status());
    return answered;
  }
  answered.leader_epoch = end->epoch;
  answered.end_offset = end->end_offset;
  return answered;
}

}  // namespace

wire::OffsetForLeaderEpochResponse HandleOffsetForLeaderEpoch(
    const Call& call, const wire::OffsetForLeaderEpochRequest& request) {
  wire::OffsetForLeaderEpochResponse response;
  for (const auto& asked : request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.topic = asked.topic;
    const auto topic = FindTopic(call, asked.topic, AclOperation::kDescribe);
    for (const Asked& partition : asked.partitions) {
      answered.partitions.push_back(Find(call, topic, partition));
    }
  }
  return response;
}

}  // namespace rill::net
