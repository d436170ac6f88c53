#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rill/records.h"

namespace rill::cli {

using PartitionOffsets = std::map<TopicPartition, std::int64_t>;

// Offsets to set, by group. The files that kafka-consumer-groups writes with --export and reads
// with --from-file: a line a partition, topic,partition,offset; with several groups the group
// before.
using ResetPlan = std::map<std::string, PartitionOffsets>;

// Reads such a file; a line without a group is of the only one of `groups`. InvalidArgument names
// the line that is none.
absl::StatusOr<ResetPlan> ReadResetPlan(std::string_view text,
                                        const std::vector<std::string>& groups);

// A line of such a file; without `group` where that is null.
std::string ResetLine(const std::string* group, const TopicPartition& partition,
                      std::int64_t offset);

}  // namespace rill::cli
