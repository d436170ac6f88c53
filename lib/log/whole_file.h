#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io/file_system.h"

namespace rill::log {

// The small files beside the segments (checkpoints, snapshots, properties), read and replaced
// whole.

// All of the file. NotFound when it is missing; DataLoss when it has more than `max_size` bytes,
// which no sound file of its kind has.
absl::StatusOr<std::string> ReadWholeFile(io::FileSystem& files, const std::string& path,
                                          std::uint64_t max_size);

// Puts `contents` in the place of the file, in one step: whoever reads, also after a crash, finds
// the old contents or the new. With `sync` the new ones would survive a power cut on return. Writes
// "<path>.tmp" first; a leftover of that name is overwritten.
absl::Status ReplaceFile(io::FileSystem& files, const std::string& path, std::string_view contents,
                         bool sync);

}  // namespace rill::log
