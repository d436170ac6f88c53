#include "wire/messages/list_offsets.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using ListOffsetsTopicResponse = ListOffsetsResponse::ListOffsetsTopicResponse;
using ListOffsetsTopic = ListOffsetsRequest::ListOffsetsTopic;
using ListOffsetsPartitionResponse =
    ListOffsetsResponse::ListOffsetsTopicResponse::ListOffsetsPartitionResponse;
using ListOffsetsPartition = ListOffsetsRequest::ListOffsetsTopic::ListOffsetsPartition;

}  // namespace

template <>
inline constexpr std::array kFields<ListOffsetsPartition> = {
    Member<&ListOffsetsPartition::partition_index>("partitionIndex"),
    Member<&ListOffsetsPartition::current_leader_epoch>("currentLeaderEpoch").Since(4).Ignorable(),
    Member<&ListOffsetsPartition::timestamp>("timestamp")};

template <>
inline constexpr std::array kFields<ListOffsetsTopic> = {
    Member<&ListOffsetsTopic::name>("name"), Member<&ListOffsetsTopic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<ListOffsetsRequest> = {
    Member<&ListOffsetsRequest::replica_id>("replicaId"),
    Member<&ListOffsetsRequest::isolation_level>("isolationLevel").Since(2),
    Member<&ListOffsetsRequest::topics>("topics"),
    Member<&ListOffsetsRequest::timeout_ms>("timeoutMs").Since(10).Ignorable()};

template <>
const Message& MessageOf<ListOffsetsRequest>() {
  static constexpr Message kMessage = Describe<ListOffsetsRequest>("ListOffsetsRequest", 1, 11, 6);
  return kMessage;
}

template <>
inline constexpr std::array kFields<ListOffsetsPartitionResponse> = {
    Member<&ListOffsetsPartitionResponse::partition_index>("partitionIndex"),
    Member<&ListOffsetsPartitionResponse::error_code>("errorCode"),
    Member<&ListOffsetsPartitionResponse::timestamp>("timestamp").Since(1),
    Member<&ListOffsetsPartitionResponse::offset>("offset").Since(1),
    Member<&ListOffsetsPartitionResponse::leader_epoch>("leaderEpoch").Since(4)};

template <>
inline constexpr std::array kFields<ListOffsetsTopicResponse> = {
    Member<&ListOffsetsTopicResponse::name>("name"),
    Member<&ListOffsetsTopicResponse::partitions>("partitions")};

template <>
inline constexpr std::array kFields<ListOffsetsResponse> = {
    Member<&ListOffsetsResponse::throttle_time_ms>("throttleTimeMs").Since(2).Ignorable(),
    Member<&ListOffsetsResponse::topics>("topics")};

template <>
const Message& MessageOf<ListOffsetsResponse>() {
  static constexpr Message kMessage =
      Describe<ListOffsetsResponse>("ListOffsetsResponse", 1, 11, 6);
  return kMessage;
}

}  // namespace rill::wire
