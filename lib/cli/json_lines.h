#pragma once

#include <optional>
#include <string>

#include "cli/command_line.h"
#include "cli/dump_output.h"
#include "nlohmann/json.hpp"

// What --json prints: JSON Lines, an object a line, whose fields stand in the order in which they
// were put in. docs/reference/json.md has the objects of each tool.
namespace rill::cli {

using Json = nlohmann::ordered_json;

// The object in UTF-8 on a line of its own; what of its strings is no UTF-8 becomes U+FFFD.
std::string JsonLine(const Json& object);

inline void PrintJson(const Json& object, TextWriter& out) { out.Print("{}", JsonLine(object)); }

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// Where a tool tells what is no row of what was asked for. Kafka's tools tell much of that on
// standard output; among objects a reader could not tell it apart.
inline TextWriter& Told(const CommandLine& line, TextWriter& out, TextWriter& err) {
  return line.Has("json") ? err : out;
}

}  // namespace rill::cli
