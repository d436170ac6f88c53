#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// `rill broker-api-versions <words>`: does and prints what Kafka's BrokerApiVersionsCommand 4.4.0
// does with the same words; docs/reference/admin-tools.md says what differs. Returns the exit code:
// 0, or 1 for an error.
int RunBrokerApiVersions(const CommandContext& context, std::span<const std::string> words);

std::string BrokerApiVersionsHelp();

}  // namespace rill::cli
