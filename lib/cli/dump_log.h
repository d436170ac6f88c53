#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// `rill dump-log <words>`: does and prints what Kafka's DumpLogSegments 4.4.0 does with the same
// words; docs/reference/dump-log.md says what differs. Returns the exit code: 0, also when the
// files hold contradictions (they are told on `err`), or 1 for an error, told on `err`.
int RunDumpLog(const CommandContext& context, std::span<const std::string> words);

}  // namespace rill::cli
