#include "io/page.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace rill::io {

std::size_t PageSize() {
  static const std::size_t size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

void PopulatePages(char* mapping, std::size_t size, std::size_t offset, std::size_t length) {
#ifdef MADV_POPULATE_WRITE
  if (offset >= size) return;
  const std::size_t begin = RoundDown(offset, PageSize());
  const std::size_t end = offset + std::min(length, size - offset);
  // What it cannot do (an older kernel, past the end of the file) the stores themselves will.
  (void)::madvise(mapping + begin, end - begin, MADV_POPULATE_WRITE);
#else
  (void)mapping, (void)size, (void)offset, (void)length;
#endif
}

}  // namespace rill::io
