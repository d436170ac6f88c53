#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "log/partition_log.h"

namespace rill::log {

// Finishes or undoes what a process that died was doing while it put compacted segments in the
// place of those that they were made from, by the rules that Kafka follows when it opens a log:
//
//   1. the new segments' files are written as <base offset>.log.cleaned, and synced
//   2. they are renamed to .swap, those of the last segment first
//   3. the files of the old segments are renamed to .deleted, or removed
//   4. the new files lose their suffix
//
// A .cleaned file that is left says that step 2 had not ended: the .swap files from its base offset
// on go, and the old segments stand. Without one, steps 3 and 4 are done to their end. A new
// segment whose bytes are damaged is not believed as long as none of the old ones is gone.
//
// To be called when nothing of the log in `directory` is open. When it returns OK no .swap file is
// left, and what was done would survive a power cut; .cleaned and .deleted files are the caller's
// to remove. What it does is told to the log sink. `name` is the log's, for messages.
absl::Status FinishInterruptedSwap(const LogEnvironment& environment, const std::string& directory,
                                   const std::string& name);

// What FinishInterruptedSwap would put in place, for who may only read the folder.
struct InterruptedSwap {
  struct NewSegment {
    std::int64_t base_offset = 0;
    std::int64_t next_offset = 0;                   // behind its last batch
    std::uint32_t end = 0;                          // of the batches
    std::shared_ptr<const io::Mapping> bytes = {};  // null where there are none
  };
  std::vector<NewSegment> new_segments = {};  // whose logs are still called .swap
  // Segments that begin in [begin, end) are none any more.
  std::int64_t begin = INT64_MAX;
  std::int64_t end = INT64_MIN;
  // Base offsets of segments whose .index is still called .swap.
  std::set<std::int64_t> indexed = {};
};
// Nothing where there was no swap, or where the old segments stand. Files that come or go meanwhile
// are NotFound, or not seen.
absl::StatusOr<InterruptedSwap> ReadInterruptedSwap(io::FileSystem& files,
                                                    const std::string& directory);

}  // namespace rill::log
