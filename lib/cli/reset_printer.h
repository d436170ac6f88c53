#pragma once

#include "cli/command_line.h"
#include "cli/dump_output.h"
#include "cli/reset_plan.h"

namespace rill::cli {

// Prints what --reset-offsets has set, or would set: a table, with --export the lines of a plan,
// with --json objects. In the order in which Kafka's tool has them.
void PrintReset(const CommandLine& line, const ResetPlan& reset, TextWriter& out);

}  // namespace rill::cli
