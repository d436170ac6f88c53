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
  struct Topic {
    std::string name;
    std::vector<std::int32_t> partition_indexes;

    bool operator==(const Topic&) const = default;
  };

  struct Group {
    struct Topic {
      std::string name;
      base::Uuid topic_id;
      std::vector<std::int32_t> partition_indexes;

      bool operator==(const Topic&) const = default;
    };

    std::string group_id;
    std::optional<std::string> member_id;
    std::int32_t member_epoch = -1;
    std::optional<std::vector<Topic>> topics = std::vector<Topic>();

    bool operator==(const Group&) const = default;
  };

  std::string group_id;
  std::optional<std::vector<Topic>> topics = std::vector<Topic>();
  std::vector<Group> groups;
  bool require_stable = false;

  bool operator==(const OffsetFetchRequest&) const = default;
};
template <>
const Message& MessageOf<OffsetFetchRequest>();

// Committed offsets; -1 where there is none, which is no error.
struct OffsetFetchResponse {
  struct Topic {
    struct Partition {
      std::int32_t partition_index = 0;
      std::int64_t committed_offset = 0;
      std::int32_t committed_leader_epoch = -1;
      std::optional<std::string> metadata = "";
      ErrorCode error_code = ErrorCode::kNone;

      bool operator==(const Partition&) const = default;
    };

    std::string name;
    std::vector<Partition> partitions;

    bool operator==(const Topic&) const = default;
  };

  struct Group {
    struct Topic {
      struct Partition {
        std::int32_t partition_index = 0;
        std::int64_t committed_offset = 0;
        std::int32_t committed_leader_epoch = -1;
        std::optional<std::string> metadata = "";
        ErrorCode error_code = ErrorCode::kNone;

        bool operator==(const Partition&) const = default;
      };

      std::string name;
      base::Uuid topic_id;
      std::vector<Partition> partitions;

      bool operator==(const Topic&) const = default;
    };

    std::string group_id;
    std::vector<Topic> topics;
    ErrorCode error_code = ErrorCode::kNone;

    bool operator==(const Group&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<Group> groups;

  bool operator==(const OffsetFetchResponse&) const = default;
};
template <>
const Message& MessageOf<OffsetFetchResponse>();

}  // namespace rill::wire
