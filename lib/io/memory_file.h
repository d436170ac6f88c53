#pragma once

#include <memory>
#include <string>

#include "io/file_system.h"
#include "io/memory_content.h"

namespace rill::io {

// A file over `content`. PermissionDenied for changes when it is not `writable`.
std::unique_ptr<File> NewMemoryFile(std::shared_ptr<MemoryContent> content, std::string path,
                                    bool writable);

}  // namespace rill::io
