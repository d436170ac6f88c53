#include "wire/messages/metadata.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using MetadataResponseTopic = MetadataResponse::MetadataResponseTopic;
using MetadataResponseBroker = MetadataResponse::MetadataResponseBroker;
using MetadataRequestTopic = MetadataRequest::MetadataRequestTopic;
using MetadataResponsePartition =
    MetadataResponse::MetadataResponseTopic::MetadataResponsePartition;

}  // namespace

template <>
inline constexpr std::array kFields<MetadataRequestTopic> = {
    Member<&MetadataRequestTopic::topic_id>("topicId").Since(10).Ignorable(),
    Member<&MetadataRequestTopic::name>("name").Nullable(10)};

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
inline constexpr std::array kFields<MetadataResponseBroker> = {
    Member<&MetadataResponseBroker::node_id>("nodeId"),
    Member<&MetadataResponseBroker::host>("host"), Member<&MetadataResponseBroker::port>("port"),
    Member<&MetadataResponseBroker::rack>("rack").Since(1).Nullable(1).Ignorable()};

template <>
inline constexpr std::array kFields<MetadataResponsePartition> = {
    Member<&MetadataResponsePartition::error_code>("errorCode"),
    Member<&MetadataResponsePartition::partition_index>("partitionIndex"),
    Member<&MetadataResponsePartition::leader_id>("leaderId"),
    Member<&MetadataResponsePartition::leader_epoch>("leaderEpoch").Since(7).Ignorable(),
    Member<&MetadataResponsePartition::replica_nodes>("replicaNodes"),
    Member<&MetadataResponsePartition::isr_nodes>("isrNodes"),
    Member<&MetadataResponsePartition::offline_replicas>("offlineReplicas").Since(5).Ignorable()};

template <>
inline constexpr std::array kFields<MetadataResponseTopic> = {
    Member<&MetadataResponseTopic::error_code>("errorCode"),
    Member<&MetadataResponseTopic::name>("name").Nullable(12),
    Member<&MetadataResponseTopic::topic_id>("topicId").Since(10).Ignorable(),
    Member<&MetadataResponseTopic::is_internal>("isInternal").Since(1).Ignorable(),
    Member<&MetadataResponseTopic::partitions>("partitions"),
    Member<&MetadataResponseTopic::topic_authorized_operations>("topicAuthorizedOperations")
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
