#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// `rill console-producer <words>`: does and prints what Kafka's ConsoleProducer 4.4.0 does with the
// same words; docs/reference/console-tools.md says what differs. Returns the exit code: 0, also
// where a record was not taken, which is told on `err`; 1 for an error. After a signal the process
// ends with 128 and its number, when what was read is sent.
int RunConsoleProducer(const CommandContext& context, std::span<const std::string> words);

std::string ConsoleProducerHelp();

}  // namespace rill::cli
