#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Commits offsets of a group: as a member of some generation, or, with -1 and no member id, as
// nobody's member. From version 10 on topics are named by id.
struct OffsetCommitRequest {
  struct Topic {
    struct Partition {
      std::int32_t partition_index = 0;
      std::int64_t committed_offset = 0;
      std::int32_t committed_leader_epoch = -1;
      std::optional<std::string> committed_metadata = "";

      bool operator==(const Partition&) const = default;
    };

    std::string name;
    base::Uuid topic_id;
    std::vector<Partition> partitions;

    bool operator==(const Topic&) const = default;
  };

  std::string group_id;
  std::int32_t generation_id_or_member_epoch = -1;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::int64_t retention_time_ms = -1;
  std::vector<Topic> topics;

  bool operator==(const OffsetCommitRequest&) const = default;
};
template <>
const Message& MessageOf<OffsetCommitRequest>();

// Whether each partition's offset was committed.
struct OffsetCommitResponse {
  struct Topic {
    struct Partition {
      std::int32_t partition_index = 0;
      ErrorCode error_code = ErrorCode::kNone;

      bool operator==(const Partition&) const = default;
    };

    std::string name;
    base::Uuid topic_id;
    std::vector<Partition> partitions;

    bool operator==(const Topic&) const = default;
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  bool operator==(const OffsetCommitResponse&) const = default;
};
template <>
const Message& MessageOf<OffsetCommitResponse>();

}  // namespace rill::wire
