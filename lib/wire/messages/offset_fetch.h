#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks for the committed offsets of groups, one up to version 7. Topics that are null are all.
// From version 10 on topics are named by id.
struct OffsetFetchRequest {
  struct OffsetFetchRequestTopic {
    std::string name;
    std::vector<std::int32_t> partition_indexes;
  };

  struct OffsetFetchRequestGroup {
    struct OffsetFetchRequestTopics {
      std::string name;
      base::Uuid topic_id;
      std::vector<std::int32_t> partition_indexes;
    };

    std::string group_id;
    std::optional<std::string> member_id;
    std::int32_t member_epoch = -1;
    std::optional<std::vector<OffsetFetchRequestTopics>> topics =
        std::vector<OffsetFetchRequestTopics>();
  };

  std::string group_id;
  std::optional<std::vector<OffsetFetchRequestTopic>> topics =
      std::vector<OffsetFetchRequestTopic>();
  std::vector<OffsetFetchRequestGroup> groups;
  bool require_stable = false;
};
template <>
const Message& MessageOf<OffsetFetchRequest>();

// Committed offsets; -1 where there is none, which is no error.
struct OffsetFetchResponse {
  struct OffsetFetchResponseTopic {
    struct OffsetFetchResponsePartition {
      std::int32_t partition_index = 0;
      std::int64_t committed_offset = 0;
      std::int32_t committed_leader_epoch = -1;
      std::optional<std::string> metadata = "";
      ErrorCode error_code = ErrorCode::kNone;
    };

    std::string name;
    std::vector<OffsetFetchResponsePartition> partitions;
  };

  struct OffsetFetchResponseGroup {
    struct OffsetFetchResponseTopics {
      struct OffsetFetchResponsePartitions {
        std::int32_t partition_index = 0;
        std::int64_t committed_offset = 0;
        std::int32_t committed_leader_epoch = -1;
        std::optional<std::string> metadata = "";
        ErrorCode error_code = ErrorCode::kNone;
      };

      std::string name;
      base::Uuid topic_id;
      std::vector<OffsetFetchResponsePartitions> partitions;
    };

    std::string group_id;
    std::vector<OffsetFetchResponseTopics> topics;
    ErrorCode error_code = ErrorCode::kNone;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<OffsetFetchResponseTopic> topics;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<OffsetFetchResponseGroup> groups;
};
template <>
const Message& MessageOf<OffsetFetchResponse>();

}  // namespace rill::wire
