#pragma once

#include <memory>

#include "io/file_system.h"

namespace rill::io {

// The operating system's files. Descriptors are not inherited by programs that the process starts.
std::unique_ptr<FileSystem> NewRealFileSystem();

}  // namespace rill::io
