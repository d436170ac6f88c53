#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// `rill console-consumer <words>`: does and prints what Kafka's ConsoleConsumer 4.4.0 does with the
// same words; docs/reference/console-tools.md says what differs. Returns the exit code: 0, also
// where the time for a record is over; 1 for an error; 128 and its number after a signal.
int RunConsoleConsumer(const CommandContext& context, std::span<const std::string> words);

std::string ConsoleConsumerHelp();

}  // namespace rill::cli
