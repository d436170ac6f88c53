#include "wire/messages/create_topics.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using CreatableTopicResult = CreateTopicsResponse::CreatableTopicResult;
using CreatableTopic = CreateTopicsRequest::CreatableTopic;
using CreatableTopicConfigs = CreateTopicsResponse::CreatableTopicResult::CreatableTopicConfigs;
using CreatableTopicConfig = CreateTopicsRequest::CreatableTopic::CreatableTopicConfig;
using CreatableReplicaAssignment = CreateTopicsRequest::CreatableTopic::CreatableReplicaAssignment;

}  // namespace

template <>
inline constexpr std::array kFields<CreatableReplicaAssignment> = {
    Member<&CreatableReplicaAssignment::partition_index>("partitionIndex"),
    Member<&CreatableReplicaAssignment::broker_ids>("brokerIds")};

template <>
inline constexpr std::array kFields<CreatableTopicConfig> = {
    Member<&CreatableTopicConfig::name>("name"),
    Member<&CreatableTopicConfig::value>("value").Nullable()};

template <>
inline constexpr std::array kFields<CreatableTopic> = {
    Member<&CreatableTopic::name>("name"), Member<&CreatableTopic::num_partitions>("numPartitions"),
    Member<&CreatableTopic::replication_factor>("replicationFactor"),
    Member<&CreatableTopic::assignments>("assignments"),
    Member<&CreatableTopic::configs>("configs")};

template <>
inline constexpr std::array kFields<CreateTopicsRequest> = {
    Member<&CreateTopicsRequest::topics>("topics"),
    Member<&CreateTopicsRequest::timeout_ms>("timeoutMs"),
    Member<&CreateTopicsRequest::validate_only>("validateOnly").Since(1)};

template <>
const Message& MessageOf<CreateTopicsRequest>() {
  static constexpr Message kMessage = Describe<CreateTopicsRequest>("CreateTopicsRequest", 2, 7, 5);
  return kMessage;
}

template <>
inline constexpr std::array kFields<CreatableTopicConfigs> = {
    Member<&CreatableTopicConfigs::name>("name").Since(5),
    Member<&CreatableTopicConfigs::value>("value").Since(5).Nullable(5),
    Member<&CreatableTopicConfigs::read_only>("readOnly").Since(5),
    Member<&CreatableTopicConfigs::config_source>("configSource").Since(5).Ignorable(),
    Member<&CreatableTopicConfigs::is_sensitive>("isSensitive").Since(5)};

template <>
inline constexpr std::array kFields<CreatableTopicResult> = {
    Member<&CreatableTopicResult::name>("name"),
    Member<&CreatableTopicResult::topic_id>("topicId").Since(7).Ignorable(),
    Member<&CreatableTopicResult::error_code>("errorCode"),
    Member<&CreatableTopicResult::error_message>("errorMessage").Since(1).Nullable().Ignorable(),
    Member<&CreatableTopicResult::topic_config_error_code>("topicConfigErrorCode")
        .Since(5)
        .Tagged(0)
        .Ignorable(),
    Member<&CreatableTopicResult::num_partitions>("numPartitions").Since(5).Ignorable(),
    Member<&CreatableTopicResult::replication_factor>("replicationFactor").Since(5).Ignorable(),
    Member<&CreatableTopicResult::configs>("configs").Since(5).Nullable(5).Ignorable()};

template <>
inline constexpr std::array kFields<CreateTopicsResponse> = {
    Member<&CreateTopicsResponse::throttle_time_ms>("throttleTimeMs").Since(2).Ignorable(),
    Member<&CreateTopicsResponse::topics>("topics")};

template <>
const Message& MessageOf<CreateTopicsResponse>() {
  static constexpr Message kMessage =
      Describe<CreateTopicsResponse>("CreateTopicsResponse", 2, 7, 5);
  return kMessage;
}

}  // namespace rill::wire
