#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>

namespace rill::log {

// An array that one thread appends to while others read what is there already, without a lock.
// Elements never move: they live in blocks, each twice the size of the one before.
template <typename T>
class AppendOnlyArray {
 public:
  AppendOnlyArray() = default;

  std::size_t size() const { return size_.load(std::memory_order_acquire); }

  // `at` is below a size() that this thread has seen. The acquire load of the size that showed the
  // element also showed its block.
  const T& operator[](std::size_t at) const {
    const Place place = PlaceOf(at);
    return blocks_[place.block][place.index];
  }

  // By one thread at a time.
  void Append(const T& value) {
    const std::size_t size = size_.load(std::memory_order_relaxed);
    const Place place = PlaceOf(size);
    if (place.index == 0) blocks_[place.block] = std::make_unique<T[]>(BlockSize(place.block));
    blocks_[place.block][place.index] = value;
    size_.store(size + 1, std::memory_order_release);
  }

 private:
  static constexpr std::size_t kFirstBlock = 32;
  static constexpr std::size_t kBlocks = 32;

  struct Place {
    std::size_t block;
    std::size_t index;
  };
  static std::size_t BlockSize(std::size_t block) { return kFirstBlock << block; }
  static Place PlaceOf(std::size_t at) {
    // Blocks 0 to k-1 hold kFirstBlock * (2^k - 1) elements.
    const std::size_t scaled = at / kFirstBlock + 1;
    const auto block = static_cast<std::size_t>(std::bit_width(scaled) - 1);
    return {block, at - kFirstBlock * ((std::size_t{1} << block) - 1)};
  }

  std::array<std::unique_ptr<T[]>, kBlocks> blocks_;
  std::atomic<std::size_t> size_ = 0;
};

}  // namespace rill::log
