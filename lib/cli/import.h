#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// `rill import <words>`: takes topics from folders of Apache Kafka's, or of rill's, into a data
// folder of rill's (docs/reference/import.md). Returns the exit code: 0 when all are taken, 2 where
// the words are wrong or one is not, told on `err`.
int RunImport(const CommandContext& context, std::span<const std::string> words);

// What it takes and does, for `rill help import`.
std::string ImportHelp();

}  // namespace rill::cli
