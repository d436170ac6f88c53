#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Joins, stays in or leaves (epoch -1; -2 for a static member) a group whose partitions the
// broker assigns (KIP-848). What is null has not changed.
struct ConsumerGroupHeartbeatRequest {
  struct TopicPartitions {
    base::Uuid topic_id;
    std::vector<std::int32_t> partitions;

    bool operator==(const TopicPartitions&) const = default;
  };

  std::string group_id;
  std::string member_id;
  std::int32_t member_epoch = 0;
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  std::int32_t rebalance_timeout_ms = -1;
  std::optional<std::vector<std::string>> subscribed_topic_names;
  std::optional<std::string> subscribed_topic_regex;
  std::optional<std::string> server_assignor;
  std::optional<std::vector<TopicPartitions>> topic_partitions;

  bool operator==(const ConsumerGroupHeartbeatRequest&) const = default;
};
template <>
const Message& MessageOf<ConsumerGroupHeartbeatRequest>();

// The member's epoch, and its assignment where that is new.
struct ConsumerGroupHeartbeatResponse {
  struct TopicPartitions {
    base::Uuid topic_id;
    std::vector<std::int32_t> partitions;

    bool operator==(const TopicPartitions&) const = default;
  };

  struct Assignment {
    std::vector<TopicPartitions> topic_partitions;

    bool operator==(const Assignment&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> error_message;
  std::optional<std::string> member_id;
  std::int32_t member_epoch = 0;
  std::int32_t heartbeat_interval_ms = 0;
  std::optional<Assignment> assignment;

  bool operator==(const ConsumerGroupHeartbeatResponse&) const = default;
};
template <>
const Message& MessageOf<ConsumerGroupHeartbeatResponse>();

}  // namespace rill::wire
