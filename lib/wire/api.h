#pragma once

#include <cstdint>
#include <span>

#include "wire/schema.h"

namespace rill::wire {

// The requests of Kafka's protocol that rill speaks, by their numbers on the wire
// (https://kafka.apache.org/protocol#protocol_api_keys).
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

// A request and its response, which have the same versions.
struct Api {
  ApiKey key;
  const Message& (*request)();
  const Message& (*response)();
};

// All of them, by ascending key.
std::span<const Api> Apis();

// The one with this number; null if rill does not speak it.
const Api* FindApi(std::int16_t key);

// The first version to tell clients of. Of Produce it is 0, though versions below 3 are refused:
// librdkafka up to 2.11 does not compress unless it finds 0 there (KAFKA-18659).
int FirstAdvertisedVersion(const Api& api);

// The versions of the headers that stand before a request, and a response, of a version: those with
// tagged fields from the first flexible version on, also for versions that nobody knows yet. Before
// a response to ApiVersions it is 0, always.
int RequestHeaderVersion(const Api& api, int version);
int ResponseHeaderVersion(const Api& api, int version);

}  // namespace rill::wire
