#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace rill::base {

// Kafka's varints: seven bits a byte, the lowest first, signed numbers zig-zagged so that small
// negative ones are short. (Reading them stands in rill/record.h, inlined where records are
// walked.)
inline constexpr std::size_t kMaxVarintSize = 10;

constexpr std::uint64_t ZigZag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

// Bytes that WriteVarint takes for `value`.
constexpr std::size_t VarintSize(std::int64_t value) {
  const auto bits = static_cast<std::size_t>(std::bit_width(ZigZag(value) | 1));
  return (bits * 9 + 64) / 64;  // ceil(bits / 7) for 1 to 64 bits, without a division
}
static_assert(VarintSize(INT64_MIN) == kMaxVarintSize && VarintSize(63) == 1 &&
              VarintSize(64) == 2);

// Writes `value` at `p`, where kMaxVarintSize bytes have room. Returns the first byte after it. One
// and two bytes, the usual case, are written without a loop.
inline char* WriteVarint(char* p, std::int64_t value) {
  std::uint64_t raw = ZigZag(value);
  if (raw < 0x80) {
    *p = static_cast<char>(raw);
    return p + 1;
  }
  if (raw < 0x4000) {
    p[0] = static_cast<char>(raw | 0x80);
    p[1] = static_cast<char>(raw >> 7);
    return p + 2;
  }
  while (raw >= 0x80) {
    *p++ = static_cast<char>(raw | 0x80);
    raw >>= 7;
  }
  *p++ = static_cast<char>(raw);
  return p;
}

}  // namespace rill::base
