#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/file_system.h"

namespace rill::io {

// The whole of a small file. FailedPrecondition when it is longer than `max_size` bytes, which
// guards memory against a file that is not what its name says; otherwise as File::ReadAt.
absl::StatusOr<std::string> ReadSmallFile(FileSystem& files, const std::string& path,
                                          std::uint64_t max_size);

// Puts `contents` in the place of what `path` holds, so that whenever the process or the machine
// dies the file has either its old or its new contents: writes "<path>.tmp", syncs it, renames it,
// syncs the folder (Kafka writes its checkpoints so). The file is durable when this returns OK;
// after an error it may have either contents. Without `sync` only the process's death is covered:
// for contents that can be made again, whose damage is noticed. Not for two threads on one path at
// once.
absl::Status ReplaceSmallFile(FileSystem& files, const std::string& path, std::string_view contents,
                              bool sync = true);

}  // namespace rill::io
