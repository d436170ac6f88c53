#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Where an answer went as far as, and the next goes on. (No inner struct of both: clang 14 takes a
// std::optional of one that has initialisers for one of a type that has no default.)
struct TopicPartitionsCursor {
  std::string topic_name;
  std::int32_t partition_index = 0;

  bool operator==(const TopicPartitionsCursor&) const = default;
};

// Asks for partitions of topics, some at a time (KIP-966).
struct DescribeTopicPartitionsRequest {
  struct Topic {
    std::string name;

    bool operator==(const Topic&) const = default;
  };

  using Cursor = TopicPartitionsCursor;

  std::vector<Topic> topics;
  std::int32_t response_partition_limit = 2000;
  std::optional<Cursor> cursor;

  bool operator==(const DescribeTopicPartitionsRequest&) const = default;
};
template <>
const Message& MessageOf<DescribeTopicPartitionsRequest>();

// Partitions, and where to go on. Operations as in MetadataResponse.
struct DescribeTopicPartitionsResponse {
  struct Topic {
    struct Partition {
      ErrorCode error_code = ErrorCode::kNone;
      std::int32_t partition_index = 0;
      std::int32_t leader_id = 0;
      std::int32_t leader_epoch = -1;
      std::vector<std::int32_t> replica_nodes;
      std::vector<std::int32_t> isr_nodes;
      std::optional<std::vector<std::int32_t>> eligible_leader_replicas;
      std::optional<std::vector<std::int32_t>> last_known_elr;
      std::vector<std::int32_t> offline_replicas;

      bool operator==(const Partition&) const = default;
    };

    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> name = "";
    base::Uuid topic_id;
    bool is_internal = false;
    std::vector<Partition> partitions;
    std::int32_t topic_authorized_operations = std::numeric_limits<std::int32_t>::min();

    bool operator==(const Topic&) const = default;
  };

  using Cursor = TopicPartitionsCursor;

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  std::optional<Cursor> next_cursor;

  bool operator==(const DescribeTopicPartitionsResponse&) const = default;
};
template <>
const Message& MessageOf<DescribeTopicPartitionsResponse>();

}  // namespace rill::wire
