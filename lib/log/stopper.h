#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "record/layout.h"

namespace rill::log {

// What stands at the end of a log that is being written, and for a while of a segment that was
// rolled: as much of a batch header as Kafka's reader wants before it looks at the length, with the
// next offset, a length that passes the end of any segment, and the magic. Kafka's reader takes a
// batch that is larger than what is left of the file as the end of the log, and so does rill.
inline constexpr std::uint32_t kStopperLength = 0x7fffffff;
inline constexpr std::size_t kStopperSize = record::kMagicAt + 1;

// Stores one, of kStopperSize bytes.
inline void StoreStopper(char* to, std::int64_t next_offset) {
  base::StoreBigEndian(to + record::kBaseOffsetAt, next_offset);
  base::StoreBigEndian(to + record::kBatchLengthAt, kStopperLength);
  base::StoreBigEndian(to + record::kPartitionLeaderEpochAt, std::int32_t{0});
  to[record::kMagicAt] = record::kMagic;
}

// Whether `rest`, the bytes of a rolled segment behind a batch after which `next_offset` comes, is
// a stopper or what a power cut left of one.
bool IsStopper(std::string_view rest, std::int64_t next_offset);

}  // namespace rill::log
