#include "wire/messages/describe_topic_partitions.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using DescribeTopicPartitionsResponseTopic =
    DescribeTopicPartitionsResponse::DescribeTopicPartitionsResponseTopic;
using TopicRequest = DescribeTopicPartitionsRequest::TopicRequest;
using DescribeTopicPartitionsResponsePartition = DescribeTopicPartitionsResponse::
    DescribeTopicPartitionsResponseTopic::DescribeTopicPartitionsResponsePartition;

}  // namespace

template <>
inline constexpr std::array kFields<TopicRequest> = {Member<&TopicRequest::name>("name")};

template <>
inline constexpr std::array kFields<DescribeTopicPartitionsRequest::Cursor> = {
    Member<&DescribeTopicPartitionsRequest::Cursor::topic_name>("topicName"),
    Member<&DescribeTopicPartitionsRequest::Cursor::partition_index>("partitionIndex")};

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
inline constexpr std::array kFields<DescribeTopicPartitionsResponsePartition> = {
    Member<&DescribeTopicPartitionsResponsePartition::error_code>("errorCode"),
    Member<&DescribeTopicPartitionsResponsePartition::partition_index>("partitionIndex"),
    Member<&DescribeTopicPartitionsResponsePartition::leader_id>("leaderId"),
    Member<&DescribeTopicPartitionsResponsePartition::leader_epoch>("leaderEpoch").Ignorable(),
    Member<&DescribeTopicPartitionsResponsePartition::replica_nodes>("replicaNodes"),
    Member<&DescribeTopicPartitionsResponsePartition::isr_nodes>("isrNodes"),
    Member<&DescribeTopicPartitionsResponsePartition::eligible_leader_replicas>(
        "eligibleLeaderReplicas")
        .Nullable(),
    Member<&DescribeTopicPartitionsResponsePartition::last_known_elr>("lastKnownElr").Nullable(),
    Member<&DescribeTopicPartitionsResponsePartition::offline_replicas>("offlineReplicas")
        .Ignorable()};

template <>
inline constexpr std::array kFields<DescribeTopicPartitionsResponseTopic> = {
    Member<&DescribeTopicPartitionsResponseTopic::error_code>("errorCode"),
    Member<&DescribeTopicPartitionsResponseTopic::name>("name").Nullable(),
    Member<&DescribeTopicPartitionsResponseTopic::topic_id>("topicId").Ignorable(),
    Member<&DescribeTopicPartitionsResponseTopic::is_internal>("isInternal").Ignorable(),
    Member<&DescribeTopicPartitionsResponseTopic::partitions>("partitions"),
    Member<&DescribeTopicPartitionsResponseTopic::topic_authorized_operations>(
        "topicAuthorizedOperations")};

template <>
inline constexpr std::array kFields<DescribeTopicPartitionsResponse::Cursor> = {
    Member<&DescribeTopicPartitionsResponse::Cursor::topic_name>("topicName"),
    Member<&DescribeTopicPartitionsResponse::Cursor::partition_index>("partitionIndex")};

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
