#include "wire/messages/delete_records.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using DeleteRecordsTopicResult = DeleteRecordsResponse::DeleteRecordsTopicResult;
using DeleteRecordsTopic = DeleteRecordsRequest::DeleteRecordsTopic;
using DeleteRecordsPartitionResult =
    DeleteRecordsResponse::DeleteRecordsTopicResult::DeleteRecordsPartitionResult;
using DeleteRecordsPartition = DeleteRecordsRequest::DeleteRecordsTopic::DeleteRecordsPartition;

}  // namespace

template <>
inline constexpr std::array kFields<DeleteRecordsPartition> = {
    Member<&DeleteRecordsPartition::partition_index>("partitionIndex"),
    Member<&DeleteRecordsPartition::offset>("offset")};

template <>
inline constexpr std::array kFields<DeleteRecordsTopic> = {
    Member<&DeleteRecordsTopic::name>("name"),
    Member<&DeleteRecordsTopic::partitions>("partitions")};

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
inline constexpr std::array kFields<DeleteRecordsPartitionResult> = {
    Member<&DeleteRecordsPartitionResult::partition_index>("partitionIndex"),
    Member<&DeleteRecordsPartitionResult::low_watermark>("lowWatermark"),
    Member<&DeleteRecordsPartitionResult::error_code>("errorCode")};

template <>
inline constexpr std::array kFields<DeleteRecordsTopicResult> = {
    Member<&DeleteRecordsTopicResult::name>("name"),
    Member<&DeleteRecordsTopicResult::partitions>("partitions")};

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
