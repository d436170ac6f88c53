#include "wire/messages/offset_commit.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<OffsetCommitRequest::Topic::Partition> = {
    Member<&OffsetCommitRequest::Topic::Partition::partition_index>("partitionIndex"),
    Member<&OffsetCommitRequest::Topic::Partition::committed_offset>("committedOffset"),
    Member<&OffsetCommitRequest::Topic::Partition::committed_leader_epoch>("committedLeaderEpoch")
        .Since(6)
        .Ignorable(),
    Member<&OffsetCommitRequest::Topic::Partition::committed_metadata>("committedMetadata")
        .Nullable()};

template <>
inline constexpr std::array kFields<OffsetCommitRequest::Topic> = {
    Member<&OffsetCommitRequest::Topic::name>("name").Until(9).Ignorable(),
    Member<&OffsetCommitRequest::Topic::topic_id>("topicId").Since(10).Ignorable(),
    Member<&OffsetCommitRequest::Topic::partitions>("partitions")};

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
inline constexpr std::array kFields<OffsetCommitResponse::Topic::Partition> = {
    Member<&OffsetCommitResponse::Topic::Partition::partition_index>("partitionIndex"),
    Member<&OffsetCommitResponse::Topic::Partition::error_code>("errorCode")};

template <>
inline constexpr std::array kFields<OffsetCommitResponse::Topic> = {
    Member<&OffsetCommitResponse::Topic::name>("name").Until(9).Ignorable(),
    Member<&OffsetCommitResponse::Topic::topic_id>("topicId").Since(10).Ignorable(),
    Member<&OffsetCommitResponse::Topic::partitions>("partitions")};

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
