#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/group/java_map.h"

namespace rill::cli {

// The order in which Java's HashMap walks keys, for the tools that print what is in one.
struct JavaHash : engine::JavaHash {
  using engine::JavaHash::operator();
  std::int32_t operator()(std::int32_t number) const { return number; }
};

// The capacity of `new HashMap<>()`, of `new HashMap<>(count)`, and of the copy of a map of
// `count`.
inline constexpr std::size_t kJavaMapCapacity = 16;
inline std::size_t JavaCapacity(std::size_t count) {
  return std::bit_ceil(std::max<std::size_t>(count, 1));
}
inline std::size_t JavaCopyCapacity(std::size_t count) {
  return JavaCapacity(static_cast<std::size_t>(static_cast<float>(count) / 0.75F + 1.0F));
}

// `items` without equal keys, which `key_of` tells, in the order in which such a map walks them
// that was made with `capacity` and got them in their order.
template <typename Item, typename KeyOf>
std::vector<Item> InJavaHashOrder(std::vector<Item> items, std::size_t capacity, KeyOf key_of) {
  while (items.size() > capacity / 4 * 3 + capacity % 4 * 3 / 4) capacity *= 2;
  const auto bucket_of = [&](const Item& item) {
    const auto hash = static_cast<std::uint32_t>(JavaHash()(key_of(item)));
    return (hash ^ (hash >> 16)) & (capacity - 1);
  };
  std::stable_sort(items.begin(), items.end(),
                   [&](const Item& a, const Item& b) { return bucket_of(a) < bucket_of(b); });
  return items;
}

}  // namespace rill::cli
