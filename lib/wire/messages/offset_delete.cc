#include "wire/messages/offset_delete.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using OffsetDeleteResponseTopic = OffsetDeleteResponse::OffsetDeleteResponseTopic;
using OffsetDeleteRequestTopic = OffsetDeleteRequest::OffsetDeleteRequestTopic;
using OffsetDeleteResponsePartition =
    OffsetDeleteResponse::OffsetDeleteResponseTopic::OffsetDeleteResponsePartition;
using OffsetDeleteRequestPartition =
    OffsetDeleteRequest::OffsetDeleteRequestTopic::OffsetDeleteRequestPartition;

}  // namespace

template <>
inline constexpr std::array kFields<OffsetDeleteRequestPartition> = {
    Member<&OffsetDeleteRequestPartition::partition_index>("partitionIndex")};

template <>
inline constexpr std::array kFields<OffsetDeleteRequestTopic> = {
    Member<&OffsetDeleteRequestTopic::name>("name"),
    Member<&OffsetDeleteRequestTopic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<OffsetDeleteRequest> = {
    Member<&OffsetDeleteRequest::group_id>("groupId"),
    Member<&OffsetDeleteRequest::topics>("topics")};

template <>
const Message& MessageOf<OffsetDeleteRequest>() {
  static constexpr Message kMessage =
      Describe<OffsetDeleteRequest>("OffsetDeleteRequest", 0, 0, kNeverVersion);
  return kMessage;
}

template <>
inline constexpr std::array kFields<OffsetDeleteResponsePartition> = {
    Member<&OffsetDeleteResponsePartition::partition_index>("partitionIndex"),
    Member<&OffsetDeleteResponsePartition::error_code>("errorCode")};

template <>
inline constexpr std::array kFields<OffsetDeleteResponseTopic> = {
    Member<&OffsetDeleteResponseTopic::name>("name"),
    Member<&OffsetDeleteResponseTopic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<OffsetDeleteResponse> = {
    Member<&OffsetDeleteResponse::error_code>("errorCode"),
    Member<&OffsetDeleteResponse::throttle_time_ms>("throttleTimeMs").Ignorable(),
    Member<&OffsetDeleteResponse::topics>("topics")};

template <>
const Message& MessageOf<OffsetDeleteResponse>() {
  static constexpr Message kMessage =
      Describe<OffsetDeleteResponse>("OffsetDeleteResponse", 0, 0, kNeverVersion);
  return kMessage;
}

}  // namespace rill::wire
