#pragma once

#include <atomic>
#include <cstdint>

namespace rill::client {

// Numbers to spread records by (SplitMix64 over a counter): good enough for that, and thread-safe
// without a lock. No use for secrets.
class Random {
 public:
  // Begins somewhere else in each process and object.
  Random();

  std::uint64_t Next() {
    std::uint64_t x = counter_.fetch_add(0x9e3779b97f4a7c15u, std::memory_order_relaxed);
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
  }
  // In [0, bound); bound > 0.
  std::int32_t Below(std::int32_t bound) {
    return static_cast<std::int32_t>((Next() >> 32) * static_cast<std::uint64_t>(bound) >> 32);
  }

 private:
  std::atomic<std::uint64_t> counter_;
};

}  // namespace rill::client
