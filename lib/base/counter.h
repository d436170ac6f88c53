#pragma once

#include <atomic>
#include <cstdint>

namespace rill::base {

// Counts for metrics, in two kinds: by who adds. Any thread reads either at any time, and finds all
// that was added before in its own sight, and never less than it found before: relaxed order is
// enough, since one location has one order, and nothing is published by a count.

// Added to by one thread at a time, which a lock or an owner sees to: then a load and a store lose
// nothing, and cost what a plain addition costs, where a read-modify-write would take 5 ns.
class Counter {
 public:
  void Add(std::uint64_t count) {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// Added to by any number of threads at once.
class SharedCounter {
 public:
  void Add(std::uint64_t count) { value_.fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

}  // namespace rill::base
