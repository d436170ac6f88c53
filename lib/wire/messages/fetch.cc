#include "wire/messages/fetch.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<FetchRequest::ReplicaState> = {
    Member<&FetchRequest::ReplicaState::replica_id>("replicaId").Since(15),
    Member<&FetchRequest::ReplicaState::replica_epoch>("replicaEpoch").Since(15)};

template <>
inline constexpr std::array kFields<FetchRequest::Topic::Partition> = {
    Member<&FetchRequest::Topic::Partition::partition>("partition"),
    Member<&FetchRequest::Topic::Partition::current_leader_epoch>("currentLeaderEpoch")
        .Since(9)
        .Ignorable(),
    Member<&FetchRequest::Topic::Partition::fetch_offset>("fetchOffset"),
    Member<&FetchRequest::Topic::Partition::last_fetched_epoch>("lastFetchedEpoch").Since(12),
    Member<&FetchRequest::Topic::Partition::log_start_offset>("logStartOffset")
        .Since(5)
        .Ignorable(),
    Member<&FetchRequest::Topic::Partition::partition_max_bytes>("partitionMaxBytes"),
    Member<&FetchRequest::Topic::Partition::replica_directory_id>("replicaDirectoryId")
        .Since(17)
        .Tagged(0)
        .Ignorable(),
    Member<&FetchRequest::Topic::Partition::high_watermark>("highWatermark")
        .Since(18)
        .Tagged(1)
        .Ignorable()};

template <>
inline constexpr std::array kFields<FetchRequest::Topic> = {
    Member<&FetchRequest::Topic::topic>("topic").Until(12).Ignorable(),
    Member<&FetchRequest::Topic::topic_id>("topicId").Since(13).Ignorable(),
    Member<&FetchRequest::Topic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<FetchRequest::ForgottenTopic> = {
    Member<&FetchRequest::ForgottenTopic::topic>("topic").Since(7).Until(12).Ignorable(),
    Member<&FetchRequest::ForgottenTopic::topic_id>("topicId").Since(13).Ignorable(),
    Member<&FetchRequest::ForgottenTopic::partitions>("partitions").Since(7)};

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
inline constexpr std::array kFields<FetchResponse::Topic::Partition::EpochEndOffset> = {
    Member<&FetchResponse::Topic::Partition::EpochEndOffset::epoch>("epoch").Since(12),
    Member<&FetchResponse::Topic::Partition::EpochEndOffset::end_offset>("endOffset").Since(12)};

template <>
inline constexpr std::array kFields<FetchResponse::Topic::Partition::LeaderIdAndEpoch> = {
    Member<&FetchResponse::Topic::Partition::LeaderIdAndEpoch::leader_id>("leaderId").Since(12),
    Member<&FetchResponse::Topic::Partition::LeaderIdAndEpoch::leader_epoch>("leaderEpoch")
        .Since(12)};

template <>
inline constexpr std::array kFields<FetchResponse::Topic::Partition::SnapshotId> = {
    Member<&FetchResponse::Topic::Partition::SnapshotId::end_offset>("endOffset"),
    Member<&FetchResponse::Topic::Partition::SnapshotId::epoch>("epoch")};

template <>
inline constexpr std::array kFields<FetchResponse::Topic::Partition::AbortedTransaction> = {
    Member<&FetchResponse::Topic::Partition::AbortedTransaction::producer_id>("producerId")
        .Since(4),
    Member<&FetchResponse::Topic::Partition::AbortedTransaction::first_offset>("firstOffset")
        .Since(4)};

template <>
inline constexpr std::array kFields<FetchResponse::Topic::Partition> = {
    Member<&FetchResponse::Topic::Partition::partition_index>("partitionIndex"),
    Member<&FetchResponse::Topic::Partition::error_code>("errorCode"),
    Member<&FetchResponse::Topic::Partition::high_watermark>("highWatermark"),
    Member<&FetchResponse::Topic::Partition::last_stable_offset>("lastStableOffset")
        .Since(4)
        .Ignorable(),
    Member<&FetchResponse::Topic::Partition::log_start_offset>("logStartOffset")
        .Since(5)
        .Ignorable(),
    Member<&FetchResponse::Topic::Partition::diverging_epoch>("divergingEpoch").Since(12).Tagged(0),
    Member<&FetchResponse::Topic::Partition::current_leader>("currentLeader").Since(12).Tagged(1),
    Member<&FetchResponse::Topic::Partition::snapshot_id>("snapshotId").Since(12).Tagged(2),
    Member<&FetchResponse::Topic::Partition::aborted_transactions>("abortedTransactions")
        .Since(4)
        .Nullable(4)
        .Ignorable(),
    Member<&FetchResponse::Topic::Partition::preferred_read_replica>("preferredReadReplica")
        .Since(11),
    Member<&FetchResponse::Topic::Partition::records>("records").Nullable()};

template <>
inline constexpr std::array kFields<FetchResponse::Topic> = {
    Member<&FetchResponse::Topic::topic>("topic").Until(12).Ignorable(),
    Member<&FetchResponse::Topic::topic_id>("topicId").Since(13).Ignorable(),
    Member<&FetchResponse::Topic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<FetchResponse::NodeEndpoint> = {
    Member<&FetchResponse::NodeEndpoint::node_id>("nodeId").Since(16),
    Member<&FetchResponse::NodeEndpoint::host>("host").Since(16),
    Member<&FetchResponse::NodeEndpoint::port>("port").Since(16),
    Member<&FetchResponse::NodeEndpoint::rack>("rack").Since(16).Nullable(16)};

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
