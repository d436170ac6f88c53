#pragma once

#include <string>
#include <string_view>

#include "engine/config_spec.h"
#include "fmt/format.h"

// A config as docs/reference/configs.md shows it.
namespace rill::engine {

inline std::string ConfigCell(std::string_view text) {
  return text.empty() ? std::string("(empty)") : fmt::format("`{}`", text);
}

// Whether it may be set while the engine or the node runs.
inline std::string RunningCell(const ConfigSpec& spec) {
  return spec.is_dynamic ? "yes | " : "no | ";
}

// `more` is the cell of its own that the table has.
inline std::string ConfigRow(const ConfigSpec& spec, const std::string& more) {
  const std::string valid = ValidValues(spec);
  return fmt::format("| `{}` | {} | {} | {} | {}{} |\n", spec.name, ConfigTypeName(spec.type),
                     ConfigCell(spec.default_value), valid.empty() ? "any" : valid, more,
                     spec.effect);
}

}  // namespace rill::engine
