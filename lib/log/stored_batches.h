#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace rill::log {

// Batches of one segment as they are stored, one behind the other, compressed ones and control
// records included: what a client on the wire is given.
struct StoredBatches {
  std::string_view bytes;
  std::shared_ptr<const void> pin;  // the bytes stay readable for as long as somebody has it
  std::int64_t next_offset = -1;    // behind the last batch; where there is none, of what comes
};

}  // namespace rill::log
