#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// `rill check <words>`: goes through a data folder that nobody has open and prints a line for each
// damage (docs/reference/check.md). Returns the exit code: 0 for a sound folder, 1 for damage, 2
// where the words are wrong or something could not be looked into, told on `err`.
int RunCheck(const CommandContext& context, std::span<const std::string> words);

// What it takes and does, for `rill help check`.
std::string CheckHelp();

}  // namespace rill::cli
