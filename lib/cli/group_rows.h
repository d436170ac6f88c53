#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/remote/admin_client.h"
#include "client/remote/groups.h"

namespace rill::cli {

// A line of kafka-consumer-groups --describe: a partition of a group, who has it, how far it is.
struct GroupRow {
  TopicPartition partition;
  std::optional<std::int64_t> offset;  // nothing: none is committed
  std::optional<std::int32_t> leader_epoch;
  std::optional<std::int64_t> end;  // nothing: the partition has no leader
  std::string consumer = "-";
  std::string host = "-";
  std::string client = "-";

  // Nothing where one of both is not known.
  std::optional<std::int64_t> lag() const {
    if (!offset || !end) return std::nullopt;
    return *end - *offset;
  }
};

// Partitions of members come first, those of the member with most before, then what has offsets and
// belongs to nobody; each in order of topic and partition.
absl::StatusOr<std::vector<GroupRow>> RowsOf(const remote::GroupDescription& group,
                                             remote::AdminClient& client);

}  // namespace rill::cli
