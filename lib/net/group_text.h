#pragma once

#include <optional>
#include <string>

namespace rill::net {

// The coordinator has an empty text where the wire has null (engine/group/events.h).
inline std::optional<std::string> NullIfEmpty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace rill::net
