#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// `rill configs <words>`: does and prints what Kafka's ConfigCommand 4.4.0 does with the same
// words; docs/reference/admin-tools.md says what differs. Returns the exit code: 0, or 1 for an
// error.
int RunConfigs(const CommandContext& context, std::span<const std::string> words);

std::string ConfigsHelp();

}  // namespace rill::cli
