#include "wire/messages/produce.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<ProduceRequest::Topic::Partition> = {
    Member<&ProduceRequest::Topic::Partition::index>("index"),
    Member<&ProduceRequest::Topic::Partition::records>("records").Nullable()};

template <>
inline constexpr std::array kFields<ProduceRequest::Topic> = {
    Member<&ProduceRequest::Topic::name>("name").Until(12).Ignorable(),
    Member<&ProduceRequest::Topic::topic_id>("topicId").Since(13).Ignorable(),
    Member<&ProduceRequest::Topic::partition_data>("partitionData")};

template <>
inline constexpr std::array kFields<ProduceRequest> = {
    Member<&ProduceRequest::transactional_id>("transactionalId").Since(3).Nullable(3),
    Member<&ProduceRequest::acks>("acks"), Member<&ProduceRequest::timeout_ms>("timeoutMs"),
    Member<&ProduceRequest::topic_data>("topicData")};

template <>
const Message& MessageOf<ProduceRequest>() {
  static constexpr Message kMessage = Describe<ProduceRequest>("ProduceRequest", 3, 13, 9);
  return kMessage;
}

template <>
inline constexpr std::array kFields<ProduceResponse::Topic::Partition::RecordError> = {
    Member<&ProduceResponse::Topic::Partition::RecordError::batch_index>("batchIndex").Since(8),
    Member<&ProduceResponse::Topic::Partition::RecordError::batch_index_error_message>(
        "batchIndexErrorMessage")
        .Since(8)
        .Nullable(8)};

template <>
inline constexpr std::array kFields<ProduceResponse::Topic::Partition::LeaderIdAndEpoch> = {
    Member<&ProduceResponse::Topic::Partition::LeaderIdAndEpoch::leader_id>("leaderId").Since(10),
    Member<&ProduceResponse::Topic::Partition::LeaderIdAndEpoch::leader_epoch>("leaderEpoch")
        .Since(10)};

template <>
inline constexpr std::array kFields<ProduceResponse::Topic::Partition> = {
    Member<&ProduceResponse::Topic::Partition::index>("index"),
    Member<&ProduceResponse::Topic::Partition::error_code>("errorCode"),
    Member<&ProduceResponse::Topic::Partition::base_offset>("baseOffset"),
    Member<&ProduceResponse::Topic::Partition::log_append_time_ms>("logAppendTimeMs")
        .Since(2)
        .Ignorable(),
    Member<&ProduceResponse::Topic::Partition::log_start_offset>("logStartOffset")
        .Since(5)
        .Ignorable(),
    Member<&ProduceResponse::Topic::Partition::record_errors>("recordErrors").Since(8).Ignorable(),
    Member<&ProduceResponse::Topic::Partition::error_message>("errorMessage")
        .Since(8)
        .Nullable(8)
        .Ignorable(),
    Member<&ProduceResponse::Topic::Partition::current_leader>("currentLeader")
        .Since(10)
        .Tagged(0)};

template <>
inline constexpr std::array kFields<ProduceResponse::Topic> = {
    Member<&ProduceResponse::Topic::name>("name").Until(12).Ignorable(),
    Member<&ProduceResponse::Topic::topic_id>("topicId").Since(13).Ignorable(),
    Member<&ProduceResponse::Topic::partition_responses>("partitionResponses")};

template <>
inline constexpr std::array kFields<ProduceResponse::NodeEndpoint> = {
    Member<&ProduceResponse::NodeEndpoint::node_id>("nodeId").Since(10),
    Member<&ProduceResponse::NodeEndpoint::host>("host").Since(10),
    Member<&ProduceResponse::NodeEndpoint::port>("port").Since(10),
    Member<&ProduceResponse::NodeEndpoint::rack>("rack").Since(10).Nullable(10)};

template <>
inline constexpr std::array kFields<ProduceResponse> = {
    Member<&ProduceResponse::responses>("responses"),
    Member<&ProduceResponse::throttle_time_ms>("throttleTimeMs").Since(1).Ignorable(),
    Member<&ProduceResponse::node_endpoints>("nodeEndpoints").Since(10).Tagged(0)};

template <>
const Message& MessageOf<ProduceResponse>() {
  static constexpr Message kMessage = Describe<ProduceResponse>("ProduceResponse", 3, 13, 9);
  return kMessage;
}

}  // namespace rill::wire
