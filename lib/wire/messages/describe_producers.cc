#include "wire/messages/describe_producers.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using TopicResponse = DescribeProducersResponse::TopicResponse;
using TopicRequest = DescribeProducersRequest::TopicRequest;
using PartitionResponse = DescribeProducersResponse::TopicResponse::PartitionResponse;
using ProducerState = DescribeProducersResponse::TopicResponse::PartitionResponse::ProducerState;

}  // namespace

template <>
inline constexpr std::array kFields<TopicRequest> = {
    Member<&TopicRequest::name>("name"),
    Member<&TopicRequest::partition_indexes>("partitionIndexes")};

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
inline constexpr std::array kFields<ProducerState> = {
    Member<&ProducerState::producer_id>("producerId"),
    Member<&ProducerState::producer_epoch>("producerEpoch"),
    Member<&ProducerState::last_sequence>("lastSequence"),
    Member<&ProducerState::last_timestamp>("lastTimestamp"),
    Member<&ProducerState::coordinator_epoch>("coordinatorEpoch"),
    Member<&ProducerState::current_txn_start_offset>("currentTxnStartOffset")};

template <>
inline constexpr std::array kFields<PartitionResponse> = {
    Member<&PartitionResponse::partition_index>("partitionIndex"),
    Member<&PartitionResponse::error_code>("errorCode"),
    Member<&PartitionResponse::error_message>("errorMessage").Nullable(),
    Member<&PartitionResponse::active_producers>("activeProducers")};

template <>
inline constexpr std::array kFields<TopicResponse> = {
    Member<&TopicResponse::name>("name"), Member<&TopicResponse::partitions>("partitions")};

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
