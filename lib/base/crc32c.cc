#include "base/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>
#include <limits>

namespace rill::base {

std::uint32_t Crc32c(std::string_view bytes, std::uint32_t previous) {
  // ISA-L works on the register itself: Castagnoli's initial and final inversions are the caller's.
  std::uint32_t crc = ~previous;
  while (!bytes.empty()) {
    const std::size_t size = std::min<std::size_t>(bytes.size(), std::numeric_limits<int>::max());
    auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));  // only read
    crc = crc32_iscsi(data, static_cast<int>(size), crc);
    bytes.remove_prefix(size);
  }
  return ~crc;
}

}  // namespace rill::base
