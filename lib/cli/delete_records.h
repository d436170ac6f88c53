#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// `rill delete-records <words>`: does and prints what Kafka's DeleteRecordsCommand 4.4.0 does with
// the same words; docs/reference/admin-tools.md says what differs. Returns the exit code: 0, or 1
// for an error; what a partition's leader refuses is none.
int RunDeleteRecords(const CommandContext& context, std::span<const std::string> words);

std::string DeleteRecordsHelp();

}  // namespace rill::cli
