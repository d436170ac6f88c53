#include "wire/messages/consumer_group_heartbeat.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<ConsumerGroupHeartbeatRequest::TopicPartitions> = {
    Member<&ConsumerGroupHeartbeatRequest::TopicPartitions::topic_id>("topicId"),
    Member<&ConsumerGroupHeartbeatRequest::TopicPartitions::partitions>("partitions")};

template <>
inline constexpr std::array kFields<ConsumerGroupHeartbeatRequest> = {
    Member<&ConsumerGroupHeartbeatRequest::group_id>("groupId"),
    Member<&ConsumerGroupHeartbeatRequest::member_id>("memberId"),
    Member<&ConsumerGroupHeartbeatRequest::member_epoch>("memberEpoch"),
    Member<&ConsumerGroupHeartbeatRequest::instance_id>("instanceId").Nullable(),
    Member<&ConsumerGroupHeartbeatRequest::rack_id>("rackId").Nullable(),
    Member<&ConsumerGroupHeartbeatRequest::rebalance_timeout_ms>("rebalanceTimeoutMs"),
    Member<&ConsumerGroupHeartbeatRequest::subscribed_topic_names>("subscribedTopicNames")
        .Nullable(),
    Member<&ConsumerGroupHeartbeatRequest::subscribed_topic_regex>("subscribedTopicRegex")
        .Since(1)
        .Nullable(1),
    Member<&ConsumerGroupHeartbeatRequest::server_assignor>("serverAssignor").Nullable(),
    Member<&ConsumerGroupHeartbeatRequest::topic_partitions>("topicPartitions").Nullable()};

template <>
const Message& MessageOf<ConsumerGroupHeartbeatRequest>() {
  static constexpr Message kMessage =
      Describe<ConsumerGroupHeartbeatRequest>("ConsumerGroupHeartbeatRequest", 0, 1, 0);
  return kMessage;
}

template <>
inline constexpr std::array kFields<ConsumerGroupHeartbeatResponse::TopicPartitions> = {
    Member<&ConsumerGroupHeartbeatResponse::TopicPartitions::topic_id>("topicId"),
    Member<&ConsumerGroupHeartbeatResponse::TopicPartitions::partitions>("partitions")};

template <>
inline constexpr std::array kFields<ConsumerGroupHeartbeatResponse::Assignment> = {
    Member<&ConsumerGroupHeartbeatResponse::Assignment::topic_partitions>("topicPartitions")};

template <>
inline constexpr std::array kFields<ConsumerGroupHeartbeatResponse> = {
    Member<&ConsumerGroupHeartbeatResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&ConsumerGroupHeartbeatResponse::error_code>("errorCode"),
    Member<&ConsumerGroupHeartbeatResponse::error_message>("errorMessage").Nullable(),
    Member<&ConsumerGroupHeartbeatResponse::member_id>("memberId").Nullable(),
    Member<&ConsumerGroupHeartbeatResponse::member_epoch>("memberEpoch"),
    Member<&ConsumerGroupHeartbeatResponse::heartbeat_interval_ms>("heartbeatIntervalMs"),
    Member<&ConsumerGroupHeartbeatResponse::assignment>("assignment").Nullable()};

template <>
const Message& MessageOf<ConsumerGroupHeartbeatResponse>() {
  static constexpr Message kMessage =
      Describe<ConsumerGroupHeartbeatResponse>("ConsumerGroupHeartbeatResponse", 0, 1, 0);
  return kMessage;
}

}  // namespace rill::wire
