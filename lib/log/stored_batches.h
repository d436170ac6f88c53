#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "io/file_system.h"
#include "log/segment.h"

namespace rill::log {

// Batches of one segment as they are stored, one behind the other, compressed ones and control
// records included: what a client on the wire is given. Of no batches all is null but next_offset.
struct StoredBatches {
  std::string_view bytes;
  std::shared_ptr<const io::Mapping> mapping;  // that has the bytes for as long as somebody has it
  std::int64_t next_offset = -1;  // behind the last batch; where there is none, of what comes
  std::shared_ptr<const Segment> segment;
};

}  // namespace rill::log
