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

// Asks for the brokers of a cluster, and for topics and who leads their partitions. `topics` is
// all of them when it is null, and in version 0 when it is empty; else an empty one is none.
struct MetadataRequest {
  struct Topic {
    base::Uuid topic_id;
    std::optional<std::string> name = "";

    bool operator==(const Topic&) const = default;
  };

  std::optional<std::vector<Topic>> topics = std::vector<Topic>();
  bool allow_auto_topic_creation = true;
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;

  bool operator==(const MetadataRequest&) const = default;
};
template <>
const Message& MessageOf<MetadataRequest>();

// Brokers, and topics with their partitions. Operations are bits, INT32_MIN where nobody asked
// for them.
struct MetadataResponse {
  struct Broker {
    std::int32_t node_id = 0;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;

    bool operator==(const Broker&) const = default;
  };

  struct Topic {
    struct Partition {
      ErrorCode error_code = ErrorCode::kNone;
      std::int32_t partition_index = 0;
      std::int32_t leader_id = 0;
      std::int32_t leader_epoch = -1;
      std::vector<std::int32_t> replica_nodes;
      std::vector<std::int32_t> isr_nodes;
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

  std::int32_t throttle_time_ms = 0;
  std::vector<Broker> brokers;
  std::optional<std::string> cluster_id;
  std::int32_t controller_id = -1;
  std::vector<Topic> topics;
  std::int32_t cluster_authorized_operations = std::numeric_limits<std::int32_t>::min();
  ErrorCode error_code = ErrorCode::kNone;

  bool operator==(const MetadataResponse&) const = default;
};
template <>
const Message& MessageOf<MetadataResponse>();

}  // namespace rill::wire
