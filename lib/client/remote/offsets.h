#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/remote/admin_client.h"
#include "rill/records.h"

namespace rill::remote {

// Times that stand for places, of ListOffsets.
inline constexpr std::int64_t kLatestTime = -1;
inline constexpr std::int64_t kEarliestTime = -2;

// What a partition's leader answered for one of several partitions.
struct PartitionOffset {
  absl::Status status;       // OK, or what the leader answered
  std::int64_t offset = -1;  // -1: there is none
};
using PartitionOffsets = std::map<TopicPartition, PartitionOffset>;

// The offset of a time (in ms since the epoch, or one that stands for a place) in each of these
// partitions, by their leaders. A partition that has no leader is waited for. NotFound where a
// topic is missing, Unimplemented for a place that a broker is too old for.
absl::StatusOr<PartitionOffsets> ListOffsets(AdminClient& client,
                                             const std::vector<TopicPartition>& partitions,
                                             std::int64_t time);

// Deletes what is below an offset of each partition (-1: all there is), and tells where each begins
// now.
absl::StatusOr<PartitionOffsets> DeleteRecords(
    AdminClient& client, const std::map<TopicPartition, std::int64_t>& before);

}  // namespace rill::remote
