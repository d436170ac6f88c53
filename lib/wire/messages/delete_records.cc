#include "wire/messages/delete_records.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<DeleteRecordsRequest::Topic::Partition> = {
    Member<&DeleteRecordsRequest::Topic::Partition::partition_index>("partitionIndex"),
    Member<&DeleteRecordsRequest::Topic::Partition::offset>("offset")};

template <>
inline constexpr std::array kFields<DeleteRecordsRequest::Topic> = {
    Member<&DeleteRecordsRequest::Topic::name>("name"),
    Member<&DeleteRecordsRequest::Topic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<DeleteRecordsRequest> = {
    Member<&DeleteRecordsRequest::topics>("topics"),
    Member<&DeleteRecordsRequest::timeout_ms>("timeoutMs")};

template <>
const Message& MessageOf<DeleteRecordsRequest>() {
  static constexpr Message kMessage =
      Describe<DeleteRecordsRequest>("DeleteRecordsRequest", 0, 2, 2);
  return kMessage;
}

template <>
inline constexpr std::array kFields<DeleteRecordsResponse::Topic::Partition> = {
    Member<&DeleteRecordsResponse::Topic::Partition::partition_index>("partitionIndex"),
    Member<&DeleteRecordsResponse::Topic::Partition::low_watermark>("lowWatermark"),
    Member<&DeleteRecordsResponse::Topic::Partition::error_code>("errorCode")};

template <>
inline constexpr std::array kFields<DeleteRecordsResponse::Topic> = {
    Member<&DeleteRecordsResponse::Topic::name>("name"),
    Member<&DeleteRecordsResponse::Topic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<DeleteRecordsResponse> = {
    Member<&DeleteRecordsResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&DeleteRecordsResponse::topics>("topics")};

template <>
const Message& MessageOf<DeleteRecordsResponse>() {
  static constexpr Message kMessage =
      Describe<DeleteRecordsResponse>("DeleteRecordsResponse", 0, 2, 2);
  return kMessage;
}

}  // namespace rill::wire
