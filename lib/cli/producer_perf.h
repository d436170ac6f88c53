#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// `rill producer-perf-test <words>`: does and prints what Kafka's ProducerPerformance 4.4.0 does
// with the same words; docs/reference/console-tools.md says what differs. Returns the exit code: 0,
// 1 for an error; 128 and its number after a signal.
int RunProducerPerf(const CommandContext& context, std::span<const std::string> words);

std::string ProducerPerfHelp();

}  // namespace rill::cli
