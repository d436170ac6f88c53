#include "wire/messages/metadata.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<MetadataRequest::Topic> = {
    Member<&MetadataRequest::Topic::topic_id>("topicId").Since(10).Ignorable(),
    Member<&MetadataRequest::Topic::name>("name").Nullable(10)};

template <>
inline constexpr std::array kFields<MetadataRequest> = {
    Member<&MetadataRequest::topics>("topics").Nullable(1),
    Member<&MetadataRequest::allow_auto_topic_creation>("allowAutoTopicCreation").Since(4),
    Member<&MetadataRequest::include_cluster_authorized_operations>(
        "includeClusterAuthorizedOperations")
        .Since(8)
        .Until(10),
    Member<&MetadataRequest::include_topic_authorized_operations>(
        "includeTopicAuthorizedOperations")
        .Since(8)};

template <>
const Message& MessageOf<MetadataRequest>() {
  static constexpr Message kMessage = Describe<MetadataRequest>("MetadataRequest", 0, 13, 9);
  return kMessage;
}

template <>
inline constexpr std::array kFields<MetadataResponse::Broker> = {
    Member<&MetadataResponse::Broker::node_id>("nodeId"),
    Member<&MetadataResponse::Broker::host>("host"),
    Member<&MetadataResponse::Broker::port>("port"),
    Member<&MetadataResponse::Broker::rack>("rack").Since(1).Nullable(1).Ignorable()};

template <>
inline constexpr std::array kFields<MetadataResponse::Topic::Partition> = {
    Member<&MetadataResponse::Topic::Partition::error_code>("errorCode"),
    Member<&MetadataResponse::Topic::Partition::partition_index>("partitionIndex"),
    Member<&MetadataResponse::Topic::Partition::leader_id>("leaderId"),
    Member<&MetadataResponse::Topic::Partition::leader_epoch>("leaderEpoch").Since(7).Ignorable(),
    Member<&MetadataResponse::Topic::Partition::replica_nodes>("replicaNodes"),
    Member<&MetadataResponse::Topic::Partition::isr_nodes>("isrNodes"),
    Member<&MetadataResponse::Topic::Partition::offline_replicas>("offlineReplicas")
        .Since(5)
        .Ignorable()};

template <>
inline constexpr std::array kFields<MetadataResponse::Topic> = {
    Member<&MetadataResponse::Topic::error_code>("errorCode"),
    Member<&MetadataResponse::Topic::name>("name").Nullable(12),
    Member<&MetadataResponse::Topic::topic_id>("topicId").Since(10).Ignorable(),
    Member<&MetadataResponse::Topic::is_internal>("isInternal").Since(1).Ignorable(),
    Member<&MetadataResponse::Topic::partitions>("partitions"),
    Member<&MetadataResponse::Topic::topic_authorized_operations>("topicAuthorizedOperations")
        .Since(8)};

template <>
inline constexpr std::array kFields<MetadataResponse> = {
    Member<&MetadataResponse::throttle_time_ms>("throttleTimeMs").Since(3).Ignorable(),
    Member<&MetadataResponse::brokers>("brokers"),
    Member<&MetadataResponse::cluster_id>("clusterId").Since(2).Nullable(2).Ignorable(),
    Member<&MetadataResponse::controller_id>("controllerId").Since(1).Ignorable(),
    Member<&MetadataResponse::topics>("topics"),
    Member<&MetadataResponse::cluster_authorized_operations>("clusterAuthorizedOperations")
        .Since(8)
        .Until(10),
    Member<&MetadataResponse::error_code>("errorCode").Since(13).Ignorable()};

template <>
const Message& MessageOf<MetadataResponse>() {
  static constexpr Message kMessage = Describe<MetadataResponse>("MetadataResponse", 0, 13, 9);
  return kMessage;
}

}  // namespace rill::wire
