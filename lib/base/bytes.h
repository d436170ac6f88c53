#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace rill::base {

static_assert(std::endian::native == std::endian::little, "rill runs on little-endian machines");

// The value with its bytes in the opposite order.
template <std::integral T>
constexpr T ByteSwap(T value) {
  if constexpr (sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(value));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(value));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(value));
}

// The big-endian integer in the sizeof(T) bytes at `p`, which needs no alignment.
template <std::integral T>
T LoadBigEndian(const char* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return ByteSwap(value);
}

// Writes `value` big-endian into the sizeof(T) bytes at `p`, which needs no alignment. Returns the
// first byte after it.
template <std::integral T>
char* StoreBigEndian(char* p, T value) {
  value = ByteSwap(value);
  std::memcpy(p, &value, sizeof value);
  return p + sizeof value;
}

}  // namespace rill::base
