#include "wire/messages/describe_topic_partitions.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<DescribeTopicPartitionsRequest::Topic> = {
    Member<&DescribeTopicPartitionsRequest::Topic::name>("name")};

template <>
inline constexpr std::array kFields<TopicPartitionsCursor> = {
    Member<&TopicPartitionsCursor::topic_name>("topicName"),
    Member<&TopicPartitionsCursor::partition_index>("partitionIndex")};

template <>
inline constexpr std::array kFields<DescribeTopicPartitionsRequest> = {
    Member<&DescribeTopicPartitionsRequest::topics>("topics"),
    Member<&DescribeTopicPartitionsRequest::response_partition_limit>("responsePartitionLimit"),
    Member<&DescribeTopicPartitionsRequest::cursor>("cursor").Nullable()};

template <>
const Message& MessageOf<DescribeTopicPartitionsRequest>() {
  static constexpr Message kMessage =
      Describe<DescribeTopicPartitionsRequest>("DescribeTopicPartitionsRequest", 0, 0, 0);
  return kMessage;
}

template <>
inline constexpr std::array kFields<DescribeTopicPartitionsResponse::Topic::Partition> = {
    Member<&DescribeTopicPartitionsResponse::Topic::Partition::error_code>("errorCode"),
    Member<&DescribeTopicPartitionsResponse::Topic::Partition::partition_index>("partitionIndex"),
    Member<&DescribeTopicPartitionsResponse::Topic::Partition::leader_id>("leaderId"),
    Member<&DescribeTopicPartitionsResponse::Topic::Partition::leader_epoch>("leaderEpoch")
        .Ignorable(),
    Member<&DescribeTopicPartitionsResponse::Topic::Partition::replica_nodes>("replicaNodes"),
    Member<&DescribeTopicPartitionsResponse::Topic::Partition::isr_nodes>("isrNodes"),
    Member<&DescribeTopicPartitionsResponse::Topic::Partition::eligible_leader_replicas>(
        "eligibleLeaderReplicas")
        .Nullable(),
    Member<&DescribeTopicPartitionsResponse::Topic::Partition::last_known_elr>("lastKnownElr")
        .Nullable(),
    Member<&DescribeTopicPartitionsResponse::Topic::Partition::offline_replicas>("offlineReplicas")
        .Ignorable()};

template <>
inline constexpr std::array kFields<DescribeTopicPartitionsResponse::Topic> = {
    Member<&DescribeTopicPartitionsResponse::Topic::error_code>("errorCode"),
    Member<&DescribeTopicPartitionsResponse::Topic::name>("name").Nullable(),
    Member<&DescribeTopicPartitionsResponse::Topic::topic_id>("topicId").Ignorable(),
    Member<&DescribeTopicPartitionsResponse::Topic::is_internal>("isInternal").Ignorable(),
    Member<&DescribeTopicPartitionsResponse::Topic::partitions>("partitions"),
    Member<&DescribeTopicPartitionsResponse::Topic::topic_authorized_operations>(
        "topicAuthorizedOperations")};

template <>
inline constexpr std::array kFields<DescribeTopicPartitionsResponse> = {
    Member<&DescribeTopicPartitionsResponse::throttle_time_ms>("throttleTimeMs").Ignorable(),
    Member<&DescribeTopicPartitionsResponse::topics>("topics"),
    Member<&DescribeTopicPartitionsResponse::next_cursor>("nextCursor").Nullable()};

template <>
const Message& MessageOf<DescribeTopicPartitionsResponse>() {
  static constexpr Message kMessage =
      Describe<DescribeTopicPartitionsResponse>("DescribeTopicPartitionsResponse", 0, 0, 0);
  return kMessage;
}

}  // namespace rill::wire
