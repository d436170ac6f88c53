#pragma once

#include <cstdint>

namespace rill::wire {

// The requests of Kafka's protocol that rill speaks, by their numbers on the wire
// (https://kafka.apache.org/protocol#protocol_api_keys). Other numbers are keys, too.
enum class ApiKey : std::int16_t {
  kProduce = 0,
  kFetch = 1,
  kListOffsets = 2,
  kMetadata = 3,
  kOffsetCommit = 8,
  kOffsetFetch = 9,
  kFindCoordinator = 10,
  kJoinGroup = 11,
  kHeartbeat = 12,
  kLeaveGroup = 13,
  kSyncGroup = 14,
  kDescribeGroups = 15,
  kListGroups = 16,
  kApiVersions = 18,
  kCreateTopics = 19,
  kDeleteTopics = 20,
  kDeleteRecords = 21,
  kInitProducerId = 22,
  kOffsetForLeaderEpoch = 23,
  kDescribeConfigs = 32,
  kAlterConfigs = 33,
  kDescribeLogDirs = 35,
  kCreatePartitions = 37,
  kDeleteGroups = 42,
  kIncrementalAlterConfigs = 44,
  kOffsetDelete = 47,
  kDescribeClientQuotas = 48,
  kAlterClientQuotas = 49,
  kDescribeCluster = 60,
  kDescribeProducers = 61,
  kConsumerGroupHeartbeat = 68,
  kConsumerGroupDescribe = 69,
  kGetTelemetrySubscriptions = 71,
  kPushTelemetry = 72,
  kListConfigResources = 74,
  kDescribeTopicPartitions = 75,
};

}  // namespace rill::wire
