#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// `rill e2e-latency <words>`: does and prints what Kafka's EndToEndLatency 4.4.0 does with the same
// words; docs/reference/console-tools.md says what differs. Returns the exit code: 0, 1 for an
// error.
int RunE2eLatency(const CommandContext& context, std::span<const std::string> words);

std::string E2eLatencyHelp();

}  // namespace rill::cli
