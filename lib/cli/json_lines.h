#pragma once

#include <string>

#include "cli/command_line.h"
#include "cli/dump_output.h"
#include "cli/json.h"

// What --json prints: JSON Lines, an object a line, whose fields stand in the order in which they
// were put in. docs/reference/json.md has the objects of each tool.
namespace rill::cli {

// On a line of its own.
inline std::string JsonLine(const Json& object) { return object.text() + '\n'; }
inline void PrintJson(const Json& object, TextWriter& out) { out.Print("{}", JsonLine(object)); }

// Where a tool tells what is no row of what was asked for. Kafka's tools tell much of that on
// standard output; among objects a reader could not tell it apart.
inline TextWriter& Told(const CommandLine& line, TextWriter& out, TextWriter& err) {
  return line.Has("json") ? err : out;
}

}  // namespace rill::cli
