#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// The program `rill`: `words` are what it was called with, its own name first. Called by the name
// of one of Kafka's tools (a link to it), it is that tool. Returns the exit code.
int RunRill(const CommandContext& context, std::span<const std::string> words);

}  // namespace rill::cli
