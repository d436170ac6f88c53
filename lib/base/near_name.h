#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace rill::base {

// The one of `names` that somebody meant who wrote `word`, if one is near: a few letters away, or
// begun with `word`, however much is missing.
std::optional<std::string_view> NearestName(std::string_view word,
                                            std::span<const std::string_view> names);

}  // namespace rill::base
