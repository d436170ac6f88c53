#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "log/segment.h"

namespace rill::log {

// Batches of one segment as they are stored, one behind the other, compressed ones and control
// records included: what a client on the wire is given.
struct StoredBatches {
  std::string_view bytes;
  std::shared_ptr<const void> pin;  // the bytes stay readable for as long as somebody has it
  std::int64_t next_offset = -1;    // behind the last batch; where there is none, of what comes
  // Where the bytes stand, for who would rather have them of the file; null where there are none.
  std::shared_ptr<Segment> segment;
  std::uint32_t position = 0;
};

}  // namespace rill::log
