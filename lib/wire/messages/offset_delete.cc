#include "wire/messages/offset_delete.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<OffsetDeleteRequest::Topic::Partition> = {
    Member<&OffsetDeleteRequest::Topic::Partition::partition_index>("partitionIndex")};

template <>
inline constexpr std::array kFields<OffsetDeleteRequest::Topic> = {
    Member<&OffsetDeleteRequest::Topic::name>("name"),
    Member<&OffsetDeleteRequest::Topic::partitions>("partitions")};

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
inline constexpr std::array kFields<OffsetDeleteResponse::Topic::Partition> = {
    Member<&OffsetDeleteResponse::Topic::Partition::partition_index>("partitionIndex"),
    Member<&OffsetDeleteResponse::Topic::Partition::error_code>("errorCode")};

template <>
inline constexpr std::array kFields<OffsetDeleteResponse::Topic> = {
    Member<&OffsetDeleteResponse::Topic::name>("name"),
    Member<&OffsetDeleteResponse::Topic::partitions>("partitions")};

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
