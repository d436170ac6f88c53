#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"
#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Appends batches of records to partitions. With `acks` 0 there is no response. Topics are named
// by id from version 13 on, by name before. Version 7 is the first with zstd.
struct ProduceRequest {
  struct Topic {
    struct Partition {
      std::int32_t index = 0;
      std::optional<std::string_view> records;

      bool operator==(const Partition&) const = default;
    };

    std::string name;
    base::Uuid topic_id;
    std::vector<Partition> partition_data;

    bool operator==(const Topic&) const = default;
  };

  std::optional<std::string> transactional_id;
  std::int16_t acks = 0;
  std::int32_t timeout_ms = 0;
  std::vector<Topic> topic_data;

  bool operator==(const ProduceRequest&) const = default;
};
template <>
const Message& MessageOf<ProduceRequest>();

// How each partition took its batch. `base_offset` is that of the batch's first record, -1 where
// it was refused; `log_append_time_ms` is -1 unless the broker set the timestamps. From version
// 10 on a broker that does not lead a partition says who does (KIP-951).
struct ProduceResponse {
  struct Topic {
    struct Partition {
      struct RecordError {
        std::int32_t batch_index = 0;
        std::optional<std::string> batch_index_error_message;

        bool operator==(const RecordError&) const = default;
      };

      struct LeaderIdAndEpoch {
        std::int32_t leader_id = -1;
        std::int32_t leader_epoch = -1;

        bool operator==(const LeaderIdAndEpoch&) const = default;
      };

      std::int32_t index = 0;
      ErrorCode error_code = ErrorCode::kNone;
      std::int64_t base_offset = 0;
      std::int64_t log_append_time_ms = -1;
      std::int64_t log_start_offset = -1;
      std::vector<RecordError> record_errors;
      std::optional<std::string> error_message;
      LeaderIdAndEpoch current_leader;

      bool operator==(const Partition&) const = default;
    };

    std::string name;
    base::Uuid topic_id;
    std::vector<Partition> partition_responses;

    bool operator==(const Topic&) const = default;
  };

  struct NodeEndpoint {
    std::int32_t node_id = 0;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;

    bool operator==(const NodeEndpoint&) const = default;
  };

  std::vector<Topic> responses;
  std::int32_t throttle_time_ms = 0;
  std::vector<NodeEndpoint> node_endpoints;

  bool operator==(const ProduceResponse&) const = default;
};
template <>
const Message& MessageOf<ProduceResponse>();

}  // namespace rill::wire
