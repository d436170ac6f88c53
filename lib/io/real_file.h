#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>

#include "io/file_descriptor.h"
#include "io/file_system.h"

namespace rill::io {

// Which file a descriptor or a path led to.
FileId IdFrom(const struct stat& info);
// A file of the operating system over a descriptor that is open for writing, too, or not.
std::unique_ptr<File> NewRealFile(FileDescriptor fd, std::string path, bool writable);
// File::CacheZeros.
void CacheZerosOf(const FileDescriptor& fd, std::uint64_t offset, std::uint64_t length);

}  // namespace rill::io
