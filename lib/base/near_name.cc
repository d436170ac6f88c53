#include "base/near_name.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace rill::base {
namespace {

// More letters than that make another name.
constexpr std::size_t kNear = 3;

// How many letters must be added, removed or changed to make `b` of `a`.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

std::size_t Distance(std::string_view word, std::string_view name) {
  if (!word.empty() && name.starts_with(word)) return 0;
  // A word may be long, and is not near then.
  if (word.size() > name.size() + kNear) return kNear + 1;
  return EditDistance(word, name);
}

}  // namespace

std::optional<std::string_view> NearestName(std::string_view word,
                                            std::span<const std::string_view> names) {
  std::optional<std::string_view> nearest;
  std::size_t least = kNear + 1;
  for (const std::string_view name : names) {
    const std::size_t distance = Distance(word, name);
    if (distance >= least || distance >= name.size()) continue;
    least = distance;
    nearest = name;
  }
  return nearest;
}

}  // namespace rill::base
