#pragma once

#include <cstdint>
#include <string>

#include "bench_log.h"

namespace rill::bench {

// A data folder with a topic of one partition, "stored", that was closed cleanly and has so many
// bytes of log in segments of `segment_bytes`. Takes a few MB of the disk: each full segment has
// some real batches, with their index, and a hole from there to its size.
class StoredLog {
 public:
  StoredLog(std::uint64_t bytes, std::uint64_t segment_bytes);
  std::string path() const { return folder_.path() + "/data"; }

 private:
  ScratchFolder folder_;
};

}  // namespace rill::bench
