#pragma once

#include <bit>
#include <cstdint>

namespace rill::cli {

// The numbers of Java's SplittableRandom, so that a seed gives what it gives Kafka's tools. No use
// for secrets.
class SplittableRandom {
 public:
  explicit SplittableRandom(std::int64_t seed) : seed_(static_cast<std::uint64_t>(seed)) {}

  // In [0, bound); bound > 0.
  std::int32_t Below(std::int32_t bound) {
    const auto limit = static_cast<std::uint32_t>(bound);
    if (std::has_single_bit(limit)) return static_cast<std::int32_t>(Next() & (limit - 1));
    // Those of the last, incomplete run of `bound` numbers would come up too often.
    constexpr std::uint32_t kEnd = std::uint32_t{1} << 31;
    std::uint32_t number = Next() >> 1;
    while (number - number % limit + (limit - 1) >= kEnd) number = Next() >> 1;
    return static_cast<std::int32_t>(number % limit);
  }

 private:
  std::uint32_t Next() {
    seed_ += 0x9e3779b97f4a7c15u;
    std::uint64_t x = seed_;
    x = (x ^ x >> 33) * 0x62a9d9ed799705f5u;
    x = (x ^ x >> 28) * 0xcb24d0a5c88c35b3u;
    return static_cast<std::uint32_t>(x >> 32);
  }

  std::uint64_t seed_;
};

}  // namespace rill::cli
