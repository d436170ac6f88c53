#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rill::cli {

// A command that a shell completes: its words behind "rill", and those of the link by Kafka's name,
// where there is one.
struct CompletedCommand {
  std::string name;
  bool has_link = false;
  std::vector<std::string> options;  // "--topic"
};

// The options that a command's help lists, each once, in their order.
std::vector<std::string> OptionsIn(std::string_view help);

// A script for bash that completes rill's commands and their options, and the names of files behind
// an option. Sourced, it takes effect in that shell.
std::string BashCompletion(std::span<const CompletedCommand> commands);

}  // namespace rill::cli
