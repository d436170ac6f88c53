#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// `rill serve <words>`: opens a data folder and serves it to Kafka's clients until SIGINT or
// SIGTERM (docs/reference/serve.md). Returns the exit code: 0 when it was stopped and the folder
// closed, 1 where that fails, 2 where the words or the --config file are wrong, told on `err`.
int RunServe(const CommandContext& context, std::span<const std::string> words);

// What it takes and does, for `rill help serve`.
std::string ServeHelp();

}  // namespace rill::cli
