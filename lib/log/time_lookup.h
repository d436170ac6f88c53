#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "base/budget.h"
#include "log/segment.h"
#include "rill/partition.h"

namespace rill::log {

// The first record in [start, end) of the segment whose timestamp is `target_ms` or later; offset
// -1 when there is none. Errors as Segment::Find; ResourceExhausted where decompressing would pass
// `buffers`.
absl::StatusOr<TimestampedOffset> FindTime(Segment& segment, std::int64_t target_ms,
                                           std::int64_t start, std::int64_t end,
                                           base::Budget& buffers);

}  // namespace rill::log
