#pragma once

#include <cstdint>
#include <string>

#include "io/file_system.h"

namespace rill::io {

// Makes `to`, which must not be there, of the first `size` bytes of `from`, and syncs it. The bytes
// must stand still, those behind them need not. DataLoss when `from` has fewer.
absl::Status CopyFile(FileSystem& files, const std::string& from, const std::string& to,
                      std::uint64_t size);

// To be called before a file is written to in place: where it has other names, in a backup for one,
// a copy takes its place under this one. OK when there is no such file.
absl::Status UnshareFile(FileSystem& files, const std::string& path);

}  // namespace rill::io
