#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "io/file_system.h"

namespace rill::log {

// Makes the index files of a segment that nobody writes anew from its batches:
// they would survive a power cut on return. DataLoss where the batches do not fill the .log; then
// nothing has changed.
absl::Status RebuildIndexFiles(io::FileSystem& files, const std::string& directory,
                               std::int64_t base_offset, std::int64_t interval_bytes);

}  // namespace rill::log
