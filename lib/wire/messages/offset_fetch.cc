#include "wire/messages/offset_fetch.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<OffsetFetchRequest::Topic> = {
    Member<&OffsetFetchRequest::Topic::name>("name").Until(7),
    Member<&OffsetFetchRequest::Topic::partition_indexes>("partitionIndexes").Until(7)};

template <>
inline constexpr std::array kFields<OffsetFetchRequest::Group::Topic> = {
    Member<&OffsetFetchRequest::Group::Topic::name>("name").Since(8).Until(9).Ignorable(),
    Member<&OffsetFetchRequest::Group::Topic::topic_id>("topicId").Since(10).Ignorable(),
    Member<&OffsetFetchRequest::Group::Topic::partition_indexes>("partitionIndexes").Since(8)};

template <>
inline constexpr std::array kFields<OffsetFetchRequest::Group> = {
    Member<&OffsetFetchRequest::Group::group_id>("groupId").Since(8),
    Member<&OffsetFetchRequest::Group::member_id>("memberId").Since(9).Nullable(9).Ignorable(),
    Member<&OffsetFetchRequest::Group::member_epoch>("memberEpoch").Since(9).Ignorable(),
    Member<&OffsetFetchRequest::Group::topics>("topics").Since(8).Nullable(8)};

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
inline constexpr std::array kFields<OffsetFetchResponse::Topic::Partition> = {
    Member<&OffsetFetchResponse::Topic::Partition::partition_index>("partitionIndex").Until(7),
    Member<&OffsetFetchResponse::Topic::Partition::committed_offset>("committedOffset").Until(7),
    Member<&OffsetFetchResponse::Topic::Partition::committed_leader_epoch>("committedLeaderEpoch")
        .Since(5)
        .Until(7)
        .Ignorable(),
    Member<&OffsetFetchResponse::Topic::Partition::metadata>("metadata").Until(7).Nullable(),
    Member<&OffsetFetchResponse::Topic::Partition::error_code>("errorCode").Until(7)};

template <>
inline constexpr std::array kFields<OffsetFetchResponse::Topic> = {
    Member<&OffsetFetchResponse::Topic::name>("name").Until(7),
    Member<&OffsetFetchResponse::Topic::partitions>("partitions").Until(7)};

template <>
inline constexpr std::array kFields<OffsetFetchResponse::Group::Topic::Partition> = {
    Member<&OffsetFetchResponse::Group::Topic::Partition::partition_index>("partitionIndex")
        .Since(8),
    Member<&OffsetFetchResponse::Group::Topic::Partition::committed_offset>("committedOffset")
        .Since(8),
    Member<&OffsetFetchResponse::Group::Topic::Partition::committed_leader_epoch>(
        "committedLeaderEpoch")
        .Since(8)
        .Ignorable(),
    Member<&OffsetFetchResponse::Group::Topic::Partition::metadata>("metadata")
        .Since(8)
        .Nullable(8),
    Member<&OffsetFetchResponse::Group::Topic::Partition::error_code>("errorCode").Since(8)};

template <>
inline constexpr std::array kFields<OffsetFetchResponse::Group::Topic> = {
    Member<&OffsetFetchResponse::Group::Topic::name>("name").Since(8).Until(9).Ignorable(),
    Member<&OffsetFetchResponse::Group::Topic::topic_id>("topicId").Since(10).Ignorable(),
    Member<&OffsetFetchResponse::Group::Topic::partitions>("partitions").Since(8)};

template <>
inline constexpr std::array kFields<OffsetFetchResponse::Group> = {
    Member<&OffsetFetchResponse::Group::group_id>("groupId").Since(8),
    Member<&OffsetFetchResponse::Group::topics>("topics").Since(8),
    Member<&OffsetFetchResponse::Group::error_code>("errorCode").Since(8)};

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
