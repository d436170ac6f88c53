#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace rill::c {

// Writes `now` into a struct of the caller's that begins with struct_size, the size that the caller
// knows: no more of `now` than that, and 0 into what the caller knows and this library does not.
template <typename T>
void WriteSized(T now, T* to) {
  const std::size_t size = to->struct_size;
  now.struct_size = size;
  const std::size_t known = std::min(size, sizeof now);
  std::memcpy(to, &now, known);
  std::memset(reinterpret_cast<char*>(to) + known, 0, size - known);
}

}  // namespace rill::c
