#include "wire/messages/describe_producers.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<DescribeProducersRequest::Topic> = {
    Member<&DescribeProducersRequest::Topic::name>("name"),
    Member<&DescribeProducersRequest::Topic::partition_indexes>("partitionIndexes")};

template <>
inline constexpr std::array kFields<DescribeProducersRequest> = {
    Member<&DescribeProducersRequest::topics>("topics")};

template <>
const Message& MessageOf<DescribeProducersRequest>() {
  static constexpr Message kMessage =
      Describe<DescribeProducersRequest>("DescribeProducersRequest", 0, 0, 0);
  return kMessage;
}

template <>
inline constexpr std::array kFields<DescribeProducersResponse::Topic::Partition::Producer> = {
    Member<&DescribeProducersResponse::Topic::Partition::Producer::producer_id>("producerId"),
    Member<&DescribeProducersResponse::Topic::Partition::Producer::producer_epoch>("producerEpoch"),
    Member<&DescribeProducersResponse::Topic::Partition::Producer::last_sequence>("lastSequence"),
    Member<&DescribeProducersResponse::Topic::Partition::Producer::last_timestamp>("lastTimestamp"),
    Member<&DescribeProducersResponse::Topic::Partition::Producer::coordinator_epoch>(
        "coordinatorEpoch"),
    Member<&DescribeProducersResponse::Topic::Partition::Producer::current_txn_start_offset>(
        "currentTxnStartOffset")};

template <>
inline constexpr std::array kFields<DescribeProducersResponse::Topic::Partition> = {
    Member<&DescribeProducersResponse::Topic::Partition::partition_index>("partitionIndex"),
    Member<&DescribeProducersResponse::Topic::Partition::error_code>("errorCode"),
    Member<&DescribeProducersResponse::Topic::Partition::error_message>("errorMessage").Nullable(),
    Member<&DescribeProducersResponse::Topic::Partition::active_producers>("activeProducers")};

template <>
inline constexpr std::array kFields<DescribeProducersResponse::Topic> = {
    Member<&DescribeProducersResponse::Topic::name>("name"),
    Member<&DescribeProducersResponse::Topic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<DescribeProducersResponse> = {
    Member<&DescribeProducersResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&DescribeProducersResponse::topics>("topics")};

template <>
const Message& MessageOf<DescribeProducersResponse>() {
  static constexpr Message kMessage =
      Describe<DescribeProducersResponse>("DescribeProducersResponse", 0, 0, 0);
  return kMessage;
}

}  // namespace rill::wire
