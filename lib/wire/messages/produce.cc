#include "wire/messages/produce.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using NodeEndpoint = ProduceResponse::NodeEndpoint;
using TopicProduceResponse = ProduceResponse::TopicProduceResponse;
using TopicProduceData = ProduceRequest::TopicProduceData;
using PartitionProduceResponse = ProduceResponse::TopicProduceResponse::PartitionProduceResponse;
using PartitionProduceData = ProduceRequest::TopicProduceData::PartitionProduceData;
using LeaderIdAndEpoch =
    ProduceResponse::TopicProduceResponse::PartitionProduceResponse::LeaderIdAndEpoch;
using BatchIndexAndErrorMessage =
    ProduceResponse::TopicProduceResponse::PartitionProduceResponse::BatchIndexAndErrorMessage;

}  // namespace

template <>
inline constexpr std::array kFields<PartitionProduceData> = {
    Member<&PartitionProduceData::index>("index"),
    Member<&PartitionProduceData::records>("records").Nullable()};

template <>
inline constexpr std::array kFields<TopicProduceData> = {
    Member<&TopicProduceData::name>("name").Until(12).Ignorable(),
    Member<&TopicProduceData::topic_id>("topicId").Since(13).Ignorable(),
    Member<&TopicProduceData::partition_data>("partitionData")};

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
inline constexpr std::array kFields<BatchIndexAndErrorMessage> = {
    Member<&BatchIndexAndErrorMessage::batch_index>("batchIndex").Since(8),
    Member<&BatchIndexAndErrorMessage::batch_index_error_message>("batchIndexErrorMessage")
        .Since(8)
        .Nullable(8)};

template <>
inline constexpr std::array kFields<LeaderIdAndEpoch> = {
    Member<&LeaderIdAndEpoch::leader_id>("leaderId").Since(10),
    Member<&LeaderIdAndEpoch::leader_epoch>("leaderEpoch").Since(10)};

template <>
inline constexpr std::array kFields<PartitionProduceResponse> = {
    Member<&PartitionProduceResponse::index>("index"),
    Member<&PartitionProduceResponse::error_code>("errorCode"),
    Member<&PartitionProduceResponse::base_offset>("baseOffset"),
    Member<&PartitionProduceResponse::log_append_time_ms>("logAppendTimeMs").Since(2).Ignorable(),
    Member<&PartitionProduceResponse::log_start_offset>("logStartOffset").Since(5).Ignorable(),
    Member<&PartitionProduceResponse::record_errors>("recordErrors").Since(8).Ignorable(),
    Member<&PartitionProduceResponse::error_message>("errorMessage")
        .Since(8)
        .Nullable(8)
        .Ignorable(),
    Member<&PartitionProduceResponse::current_leader>("currentLeader").Since(10).Tagged(0)};

template <>
inline constexpr std::array kFields<TopicProduceResponse> = {
    Member<&TopicProduceResponse::name>("name").Until(12).Ignorable(),
    Member<&TopicProduceResponse::topic_id>("topicId").Since(13).Ignorable(),
    Member<&TopicProduceResponse::partition_responses>("partitionResponses")};

template <>
inline constexpr std::array kFields<NodeEndpoint> = {
    Member<&NodeEndpoint::node_id>("nodeId").Since(10),
    Member<&NodeEndpoint::host>("host").Since(10), Member<&NodeEndpoint::port>("port").Since(10),
    Member<&NodeEndpoint::rack>("rack").Since(10).Nullable(10)};

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
