#pragma once

#include <memory>

#include "io/file_system.h"

namespace rill::test {

// What of mapped files is looked at, page by page: a mapping made here is a copy whose pages are
// out of reach until they are touched. Counts in all of the process; one test at a time.
int TouchedPages();

// The first `length` bytes of the file, for reading alone, as File::Map gives them.
absl::StatusOr<std::unique_ptr<io::Mapping>> MapWatched(io::File& file, std::size_t length);

}  // namespace rill::test
