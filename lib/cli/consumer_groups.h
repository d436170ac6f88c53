#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// `rill consumer-groups <words>`: does and prints what Kafka's ConsumerGroupCommand 4.4.0 does with
// the same words; docs/reference/admin-tools.md says what differs. Returns the exit code: 1 for
// words that are wrong and where no broker answers, else 0, also where what was asked for failed,
// as of Kafka's tool.
int RunConsumerGroups(const CommandContext& context, std::span<const std::string> words);

std::string ConsumerGroupsHelp();

}  // namespace rill::cli
