#include "wire/messages/create_topics.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<CreateTopicsRequest::Topic::ReplicaAssignment> = {
    Member<&CreateTopicsRequest::Topic::ReplicaAssignment::partition_index>("partitionIndex"),
    Member<&CreateTopicsRequest::Topic::ReplicaAssignment::broker_ids>("brokerIds")};

template <>
inline constexpr std::array kFields<CreateTopicsRequest::Topic::Config> = {
    Member<&CreateTopicsRequest::Topic::Config::name>("name"),
    Member<&CreateTopicsRequest::Topic::Config::value>("value").Nullable()};

template <>
inline constexpr std::array kFields<CreateTopicsRequest::Topic> = {
    Member<&CreateTopicsRequest::Topic::name>("name"),
    Member<&CreateTopicsRequest::Topic::num_partitions>("numPartitions"),
    Member<&CreateTopicsRequest::Topic::replication_factor>("replicationFactor"),
    Member<&CreateTopicsRequest::Topic::assignments>("assignments"),
    Member<&CreateTopicsRequest::Topic::configs>("configs")};

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
inline constexpr std::array kFields<CreateTopicsResponse::Topic::Config> = {
    Member<&CreateTopicsResponse::Topic::Config::name>("name").Since(5),
    Member<&CreateTopicsResponse::Topic::Config::value>("value").Since(5).Nullable(5),
    Member<&CreateTopicsResponse::Topic::Config::read_only>("readOnly").Since(5),
    Member<&CreateTopicsResponse::Topic::Config::config_source>("configSource")
        .Since(5)
        .Ignorable(),
    Member<&CreateTopicsResponse::Topic::Config::is_sensitive>("isSensitive").Since(5)};

template <>
inline constexpr std::array kFields<CreateTopicsResponse::Topic> = {
    Member<&CreateTopicsResponse::Topic::name>("name"),
    Member<&CreateTopicsResponse::Topic::topic_id>("topicId").Since(7).Ignorable(),
    Member<&CreateTopicsResponse::Topic::error_code>("errorCode"),
    Member<&CreateTopicsResponse::Topic::error_message>("errorMessage")
        .Since(1)
        .Nullable()
        .Ignorable(),
    Member<&CreateTopicsResponse::Topic::topic_config_error_code>("topicConfigErrorCode")
        .Since(5)
        .Tagged(0)
        .Ignorable(),
    Member<&CreateTopicsResponse::Topic::num_partitions>("numPartitions").Since(5).Ignorable(),
    Member<&CreateTopicsResponse::Topic::replication_factor>("replicationFactor")
        .Since(5)
        .Ignorable(),
    Member<&CreateTopicsResponse::Topic::configs>("configs").Since(5).Nullable(5).Ignorable()};

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
