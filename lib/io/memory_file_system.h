#pragma once

#include <memory>

#include "io/file_system.h"

namespace rill::io {

// Files in this process's memory, gone with the object (open files and mappings live on until they
// are closed). Takes no descriptors. Paths are taken from one root, "a/b" as "/a/b"; there are no
// links. A file cannot grow past what it was mapped with while a mapping lives (MemoryContent):
// FailedPrecondition.
std::unique_ptr<FileSystem> NewMemoryFileSystem();

}  // namespace rill::io
