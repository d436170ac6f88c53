#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"
#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks for batches of records from given offsets on, and may wait for them. A consumer's
// `replica_id` is -1. From version 7 on a session lets a client name only what changed (KIP-227);
// from version 13 on topics are named by id.
struct FetchRequest {
  struct ReplicaState {
    std::int32_t replica_id = -1;
    std::int64_t replica_epoch = -1;
  };

  struct FetchTopic {
    struct FetchPartition {
      std::int32_t partition = 0;
      std::int32_t current_leader_epoch = -1;
      std::int64_t fetch_offset = 0;
      std::int32_t last_fetched_epoch = -1;
      std::int64_t log_start_offset = -1;
      std::int32_t partition_max_bytes = 0;
      base::Uuid replica_directory_id;
      std::int64_t high_watermark = std::numeric_limits<std::int64_t>::max();
    };

    std::string topic;
    base::Uuid topic_id;
    std::vector<FetchPartition> partitions;
  };

  struct ForgottenTopic {
    std::string topic;
    base::Uuid topic_id;
    std::vector<std::int32_t> partitions;
  };

  std::optional<std::string> cluster_id;
  std::int32_t replica_id = -1;
  ReplicaState replica_state;
  std::int32_t max_wait_ms = 0;
  std::int32_t min_bytes = 0;
  std::int32_t max_bytes = std::numeric_limits<std::int32_t>::max();
  std::int8_t isolation_level = 0;
  std::int32_t session_id = 0;
  std::int32_t session_epoch = -1;
  std::vector<FetchTopic> topics;
  std::vector<ForgottenTopic> forgotten_topics_data;
  std::string rack_id;
};
template <>
const Message& MessageOf<FetchRequest>();

// Whole batches, of which the first may begin below the offset that was asked for.
// `aborted_transactions` is null unless committed records were asked for. `records` are no copy:
// they are written from where they stand, and read where they came in.
struct FetchResponse {
  struct FetchableTopicResponse {
    struct PartitionData {
      struct EpochEndOffset {
        std::int32_t epoch = -1;
        std::int64_t end_offset = -1;
      };

      struct LeaderIdAndEpoch {
        std::int32_t leader_id = -1;
        std::int32_t leader_epoch = -1;
      };

      struct SnapshotId {
        std::int64_t end_offset = -1;
        std::int32_t epoch = -1;
      };

      struct AbortedTransaction {
        std::int64_t producer_id = 0;
        std::int64_t first_offset = 0;
      };

      std::int32_t partition_index = 0;
      ErrorCode error_code = ErrorCode::kNone;
      std::int64_t high_watermark = 0;
      std::int64_t last_stable_offset = -1;
      std::int64_t log_start_offset = -1;
      EpochEndOffset diverging_epoch;
      LeaderIdAndEpoch current_leader;
      SnapshotId snapshot_id;
      std::optional<std::vector<AbortedTransaction>> aborted_transactions =
          std::vector<AbortedTransaction>();
      std::int32_t preferred_read_replica = -1;
      std::string_view records;
    };

    std::string topic;
    base::Uuid topic_id;
    std::vector<PartitionData> partitions;
  };

  struct NodeEndpoint {
    std::int32_t node_id = 0;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::int32_t session_id = 0;
  std::vector<FetchableTopicResponse> responses;
  std::vector<NodeEndpoint> node_endpoints;
};
template <>
const Message& MessageOf<FetchResponse>();

}  // namespace rill::wire
