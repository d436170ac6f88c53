#include "wire/messages/fetch.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using NodeEndpoint = FetchResponse::NodeEndpoint;
using FetchableTopicResponse = FetchResponse::FetchableTopicResponse;
using ForgottenTopic = FetchRequest::ForgottenTopic;
using FetchTopic = FetchRequest::FetchTopic;
using ReplicaState = FetchRequest::ReplicaState;
using PartitionData = FetchResponse::FetchableTopicResponse::PartitionData;
using FetchPartition = FetchRequest::FetchTopic::FetchPartition;
using AbortedTransaction = FetchResponse::FetchableTopicResponse::PartitionData::AbortedTransaction;
using SnapshotId = FetchResponse::FetchableTopicResponse::PartitionData::SnapshotId;
using LeaderIdAndEpoch = FetchResponse::FetchableTopicResponse::PartitionData::LeaderIdAndEpoch;
using EpochEndOffset = FetchResponse::FetchableTopicResponse::PartitionData::EpochEndOffset;

}  // namespace

template <>
inline constexpr std::array kFields<ReplicaState> = {
    Member<&ReplicaState::replica_id>("replicaId").Since(15),
    Member<&ReplicaState::replica_epoch>("replicaEpoch").Since(15)};

template <>
inline constexpr std::array kFields<FetchPartition> = {
    Member<&FetchPartition::partition>("partition"),
    Member<&FetchPartition::current_leader_epoch>("currentLeaderEpoch").Since(9).Ignorable(),
    Member<&FetchPartition::fetch_offset>("fetchOffset"),
    Member<&FetchPartition::last_fetched_epoch>("lastFetchedEpoch").Since(12),
    Member<&FetchPartition::log_start_offset>("logStartOffset").Since(5).Ignorable(),
    Member<&FetchPartition::partition_max_bytes>("partitionMaxBytes"),
    Member<&FetchPartition::replica_directory_id>("replicaDirectoryId")
        .Since(17)
        .Tagged(0)
        .Ignorable(),
    Member<&FetchPartition::high_watermark>("highWatermark").Since(18).Tagged(1).Ignorable()};

template <>
inline constexpr std::array kFields<FetchTopic> = {
    Member<&FetchTopic::topic>("topic").Until(12).Ignorable(),
    Member<&FetchTopic::topic_id>("topicId").Since(13).Ignorable(),
    Member<&FetchTopic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<ForgottenTopic> = {
    Member<&ForgottenTopic::topic>("topic").Since(7).Until(12).Ignorable(),
    Member<&ForgottenTopic::topic_id>("topicId").Since(13).Ignorable(),
    Member<&ForgottenTopic::partitions>("partitions").Since(7)};

template <>
inline constexpr std::array kFields<FetchRequest> = {
    Member<&FetchRequest::cluster_id>("clusterId").Since(12).Nullable(12).Tagged(0).Ignorable(),
    Member<&FetchRequest::replica_id>("replicaId").Until(14),
    Member<&FetchRequest::replica_state>("replicaState").Since(15).Tagged(1),
    Member<&FetchRequest::max_wait_ms>("maxWaitMs"),
    Member<&FetchRequest::min_bytes>("minBytes"),
    Member<&FetchRequest::max_bytes>("maxBytes").Since(3).Ignorable(),
    Member<&FetchRequest::isolation_level>("isolationLevel").Since(4).Ignorable(),
    Member<&FetchRequest::session_id>("sessionId").Since(7).Ignorable(),
    Member<&FetchRequest::session_epoch>("sessionEpoch").Since(7).Ignorable(),
    Member<&FetchRequest::topics>("topics"),
    Member<&FetchRequest::forgotten_topics_data>("forgottenTopicsData").Since(7),
    Member<&FetchRequest::rack_id>("rackId").Since(11).Ignorable()};

template <>
const Message& MessageOf<FetchRequest>() {
  static constexpr Message kMessage = Describe<FetchRequest>("FetchRequest", 4, 18, 12);
  return kMessage;
}

template <>
inline constexpr std::array kFields<EpochEndOffset> = {
    Member<&EpochEndOffset::epoch>("epoch").Since(12),
    Member<&EpochEndOffset::end_offset>("endOffset").Since(12)};

template <>
inline constexpr std::array kFields<LeaderIdAndEpoch> = {
    Member<&LeaderIdAndEpoch::leader_id>("leaderId").Since(12),
    Member<&LeaderIdAndEpoch::leader_epoch>("leaderEpoch").Since(12)};

template <>
inline constexpr std::array kFields<SnapshotId> = {Member<&SnapshotId::end_offset>("endOffset"),
                                                   Member<&SnapshotId::epoch>("epoch")};

template <>
inline constexpr std::array kFields<AbortedTransaction> = {
    Member<&AbortedTransaction::producer_id>("producerId").Since(4),
    Member<&AbortedTransaction::first_offset>("firstOffset").Since(4)};

template <>
inline constexpr std::array kFields<PartitionData> = {
    Member<&PartitionData::partition_index>("partitionIndex"),
    Member<&PartitionData::error_code>("errorCode"),
    Member<&PartitionData::high_watermark>("highWatermark"),
    Member<&PartitionData::last_stable_offset>("lastStableOffset").Since(4).Ignorable(),
    Member<&PartitionData::log_start_offset>("logStartOffset").Since(5).Ignorable(),
    Member<&PartitionData::diverging_epoch>("divergingEpoch").Since(12).Tagged(0),
    Member<&PartitionData::current_leader>("currentLeader").Since(12).Tagged(1),
    Member<&PartitionData::snapshot_id>("snapshotId").Since(12).Tagged(2),
    Member<&PartitionData::aborted_transactions>("abortedTransactions")
        .Since(4)
        .Nullable(4)
        .Ignorable(),
    Member<&PartitionData::preferred_read_replica>("preferredReadReplica").Since(11),
    Member<&PartitionData::records>("records").Nullable()};

template <>
inline constexpr std::array kFields<FetchableTopicResponse> = {
    Member<&FetchableTopicResponse::topic>("topic").Until(12).Ignorable(),
    Member<&FetchableTopicResponse::topic_id>("topicId").Since(13).Ignorable(),
    Member<&FetchableTopicResponse::partitions>("partitions")};

template <>
inline constexpr std::array kFields<NodeEndpoint> = {
    Member<&NodeEndpoint::node_id>("nodeId").Since(16),
    Member<&NodeEndpoint::host>("host").Since(16), Member<&NodeEndpoint::port>("port").Since(16),
    Member<&NodeEndpoint::rack>("rack").Since(16).Nullable(16)};

template <>
inline constexpr std::array kFields<FetchResponse> = {
    Member<&FetchResponse::throttle_time_ms>("throttleTimeMs").Since(1).Ignorable(),
    Member<&FetchResponse::error_code>("errorCode").Since(7).Ignorable(),
    Member<&FetchResponse::session_id>("sessionId").Since(7),
    Member<&FetchResponse::responses>("responses"),
    Member<&FetchResponse::node_endpoints>("nodeEndpoints").Since(16).Tagged(0)};

template <>
const Message& MessageOf<FetchResponse>() {
  static constexpr Message kMessage = Describe<FetchResponse>("FetchResponse", 4, 18, 12);
  return kMessage;
}

}  // namespace rill::wire
