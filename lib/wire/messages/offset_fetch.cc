#include "wire/messages/offset_fetch.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using OffsetFetchResponseGroup = OffsetFetchResponse::OffsetFetchResponseGroup;
using OffsetFetchResponseTopic = OffsetFetchResponse::OffsetFetchResponseTopic;
using OffsetFetchRequestGroup = OffsetFetchRequest::OffsetFetchRequestGroup;
using OffsetFetchRequestTopic = OffsetFetchRequest::OffsetFetchRequestTopic;
using OffsetFetchResponseTopics =
    OffsetFetchResponse::OffsetFetchResponseGroup::OffsetFetchResponseTopics;
using OffsetFetchResponsePartition =
    OffsetFetchResponse::OffsetFetchResponseTopic::OffsetFetchResponsePartition;
using OffsetFetchRequestTopics =
    OffsetFetchRequest::OffsetFetchRequestGroup::OffsetFetchRequestTopics;
using OffsetFetchResponsePartitions = OffsetFetchResponse::OffsetFetchResponseGroup::
    OffsetFetchResponseTopics::OffsetFetchResponsePartitions;

}  // namespace

template <>
inline constexpr std::array kFields<OffsetFetchRequestTopic> = {
    Member<&OffsetFetchRequestTopic::name>("name").Until(7),
    Member<&OffsetFetchRequestTopic::partition_indexes>("partitionIndexes").Until(7)};

template <>
inline constexpr std::array kFields<OffsetFetchRequestTopics> = {
    Member<&OffsetFetchRequestTopics::name>("name").Since(8).Until(9).Ignorable(),
    Member<&OffsetFetchRequestTopics::topic_id>("topicId").Since(10).Ignorable(),
    Member<&OffsetFetchRequestTopics::partition_indexes>("partitionIndexes").Since(8)};

template <>
inline constexpr std::array kFields<OffsetFetchRequestGroup> = {
    Member<&OffsetFetchRequestGroup::group_id>("groupId").Since(8),
    Member<&OffsetFetchRequestGroup::member_id>("memberId").Since(9).Nullable(9).Ignorable(),
    Member<&OffsetFetchRequestGroup::member_epoch>("memberEpoch").Since(9).Ignorable(),
    Member<&OffsetFetchRequestGroup::topics>("topics").Since(8).Nullable(8)};

template <>
inline constexpr std::array kFields<OffsetFetchRequest> = {
    Member<&OffsetFetchRequest::group_id>("groupId").Until(7),
    Member<&OffsetFetchRequest::topics>("topics").Until(7).Nullable(2),
    Member<&OffsetFetchRequest::groups>("groups").Since(8),
    Member<&OffsetFetchRequest::require_stable>("requireStable").Since(7)};

template <>
const Message& MessageOf<OffsetFetchRequest>() {
  static constexpr Message kMessage = Describe<OffsetFetchRequest>("OffsetFetchRequest", 1, 10, 6);
  return kMessage;
}

template <>
inline constexpr std::array kFields<OffsetFetchResponsePartition> = {
    Member<&OffsetFetchResponsePartition::partition_index>("partitionIndex").Until(7),
    Member<&OffsetFetchResponsePartition::committed_offset>("committedOffset").Until(7),
    Member<&OffsetFetchResponsePartition::committed_leader_epoch>("committedLeaderEpoch")
        .Since(5)
        .Until(7)
        .Ignorable(),
    Member<&OffsetFetchResponsePartition::metadata>("metadata").Until(7).Nullable(),
    Member<&OffsetFetchResponsePartition::error_code>("errorCode").Until(7)};

template <>
inline constexpr std::array kFields<OffsetFetchResponseTopic> = {
    Member<&OffsetFetchResponseTopic::name>("name").Until(7),
    Member<&OffsetFetchResponseTopic::partitions>("partitions").Until(7)};

template <>
inline constexpr std::array kFields<OffsetFetchResponsePartitions> = {
    Member<&OffsetFetchResponsePartitions::partition_index>("partitionIndex").Since(8),
    Member<&OffsetFetchResponsePartitions::committed_offset>("committedOffset").Since(8),
    Member<&OffsetFetchResponsePartitions::committed_leader_epoch>("committedLeaderEpoch")
        .Since(8)
        .Ignorable(),
    Member<&OffsetFetchResponsePartitions::metadata>("metadata").Since(8).Nullable(8),
    Member<&OffsetFetchResponsePartitions::error_code>("errorCode").Since(8)};

template <>
inline constexpr std::array kFields<OffsetFetchResponseTopics> = {
    Member<&OffsetFetchResponseTopics::name>("name").Since(8).Until(9).Ignorable(),
    Member<&OffsetFetchResponseTopics::topic_id>("topicId").Since(10).Ignorable(),
    Member<&OffsetFetchResponseTopics::partitions>("partitions").Since(8)};

template <>
inline constexpr std::array kFields<OffsetFetchResponseGroup> = {
    Member<&OffsetFetchResponseGroup::group_id>("groupId").Since(8),
    Member<&OffsetFetchResponseGroup::topics>("topics").Since(8),
    Member<&OffsetFetchResponseGroup::error_code>("errorCode").Since(8)};

template <>
inline constexpr std::array kFields<OffsetFetchResponse> = {
    Member<&OffsetFetchResponse::throttle_time_ms>("throttleTimeMs").Since(3).Ignorable(),
    Member<&OffsetFetchResponse::topics>("topics").Until(7),
    Member<&OffsetFetchResponse::error_code>("errorCode").Since(2).Until(7).Ignorable(),
    Member<&OffsetFetchResponse::groups>("groups").Since(8)};

template <>
const Message& MessageOf<OffsetFetchResponse>() {
  static constexpr Message kMessage =
      Describe<OffsetFetchResponse>("OffsetFetchResponse", 1, 10, 6);
  return kMessage;
}

}  // namespace rill::wire
