#include "wire/messages/offset_commit.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using OffsetCommitResponseTopic = OffsetCommitResponse::OffsetCommitResponseTopic;
using OffsetCommitRequestTopic = OffsetCommitRequest::OffsetCommitRequestTopic;
using OffsetCommitResponsePartition =
    OffsetCommitResponse::OffsetCommitResponseTopic::OffsetCommitResponsePartition;
using OffsetCommitRequestPartition =
    OffsetCommitRequest::OffsetCommitRequestTopic::OffsetCommitRequestPartition;

}  // namespace

template <>
inline constexpr std::array kFields<OffsetCommitRequestPartition> = {
    Member<&OffsetCommitRequestPartition::partition_index>("partitionIndex"),
    Member<&OffsetCommitRequestPartition::committed_offset>("committedOffset"),
    Member<&OffsetCommitRequestPartition::committed_leader_epoch>("committedLeaderEpoch")
        .Since(6)
        .Ignorable(),
    Member<&OffsetCommitRequestPartition::committed_metadata>("committedMetadata").Nullable()};

template <>
inline constexpr std::array kFields<OffsetCommitRequestTopic> = {
    Member<&OffsetCommitRequestTopic::name>("name").Until(9).Ignorable(),
    Member<&OffsetCommitRequestTopic::topic_id>("topicId").Since(10).Ignorable(),
    Member<&OffsetCommitRequestTopic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<OffsetCommitRequest> = {
    Member<&OffsetCommitRequest::group_id>("groupId"),
    Member<&OffsetCommitRequest::generation_id_or_member_epoch>("generationIdOrMemberEpoch")
        .Since(1)
        .Ignorable(),
    Member<&OffsetCommitRequest::member_id>("memberId").Since(1).Ignorable(),
    Member<&OffsetCommitRequest::group_instance_id>("groupInstanceId").Since(7).Nullable(7),
    Member<&OffsetCommitRequest::retention_time_ms>("retentionTimeMs")
        .Since(2)
        .Until(4)
        .Ignorable(),
    Member<&OffsetCommitRequest::topics>("topics")};

template <>
const Message& MessageOf<OffsetCommitRequest>() {
  static constexpr Message kMessage =
      Describe<OffsetCommitRequest>("OffsetCommitRequest", 2, 10, 8);
  return kMessage;
}

template <>
inline constexpr std::array kFields<OffsetCommitResponsePartition> = {
    Member<&OffsetCommitResponsePartition::partition_index>("partitionIndex"),
    Member<&OffsetCommitResponsePartition::error_code>("errorCode")};

template <>
inline constexpr std::array kFields<OffsetCommitResponseTopic> = {
    Member<&OffsetCommitResponseTopic::name>("name").Until(9).Ignorable(),
    Member<&OffsetCommitResponseTopic::topic_id>("topicId").Since(10).Ignorable(),
    Member<&OffsetCommitResponseTopic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<OffsetCommitResponse> = {
    Member<&OffsetCommitResponse::throttle_time_ms>("throttleTimeMs").Since(3).Ignorable(),
    Member<&OffsetCommitResponse::topics>("topics")};

template <>
const Message& MessageOf<OffsetCommitResponse>() {
  static constexpr Message kMessage =
      Describe<OffsetCommitResponse>("OffsetCommitResponse", 2, 10, 8);
  return kMessage;
}

}  // namespace rill::wire
