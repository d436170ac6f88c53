#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "io/file_system.h"
#include "log/segment_scan.h"

namespace rill::log {

// Where the sound batches of a segment's file end, as ScanBatches finds it, from `position` on,
// where a batch of at least `next_offset` begins. For who must not map the file: it reads some of
// it at a time, so whoever cuts the file meanwhile shortens what is found, and does no harm.
// `end_offset` and `max_size` are those of ScanBatches. The errors are those of reading; what is
// wrong with the bytes is in the result.
absl::StatusOr<ScanResult> FindSoundEnd(io::File& file, std::uint32_t position,
                                        std::int64_t next_offset, ScanDepth depth,
                                        std::int64_t end_offset, std::size_t max_size);

}  // namespace rill::log
