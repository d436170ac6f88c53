#pragma once

#include <span>
#include <string>

#include "cli/command_context.h"

namespace rill::cli {

// `rill backup <words>`: makes a backup of a data folder that nobody has open
// (docs/reference/backup.md). Returns the exit code: 0 when it is made, 2 where the words are wrong
// or it is not, told on `err`.
int RunBackup(const CommandContext& context, std::span<const std::string> words);

// What it takes and does, for `rill help backup`.
std::string BackupHelp();

}  // namespace rill::cli
