#pragma once

#include <cstdint>
#include <map>
#include <string_view>

#include "absl/status/statusor.h"
#include "rill/records.h"

namespace rill::cli {

// Up to which offset each partition's records are deleted, as the JSON of --offset-json-file says:
// {"partitions": [{"topic": "a", "partition": 0, "offset": 3}], "version": 1}. InvalidArgument
// where it is something else, is nested more than 64 levels deep, or has a partition twice; of what
// is no JSON it has the line and the column.
absl::StatusOr<std::map<TopicPartition, std::int64_t>> ParseRecordDeletion(std::string_view text);

}  // namespace rill::cli
