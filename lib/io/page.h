#pragma once

#include <cstddef>

namespace rill::io {

// Of the machine's memory, in bytes; a power of two.
std::size_t PageSize();

constexpr std::size_t RoundDown(std::size_t n, std::size_t unit) { return n / unit * unit; }
constexpr std::size_t RoundUp(std::size_t n, std::size_t unit) {
  return RoundDown(n + unit - 1, unit);
}

// Makes the pages of [offset, offset + length) of a mapping of `size` bytes present for writing, as
// far as the kernel can (Mapping::Populate).
void PopulatePages(char* mapping, std::size_t size, std::size_t offset, std::size_t length);

}  // namespace rill::io
