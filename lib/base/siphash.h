#pragma once

#include <cstdint>
#include <string_view>

namespace rill::base {

struct SipHashKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein): who does not know `key` cannot make
// two inputs that collide, and among n others they do with a chance of n^2 / 2^129.
Hash128 SipHash(const SipHashKey& key, std::string_view bytes);

}  // namespace rill::base
