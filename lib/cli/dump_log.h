#pragma once

#include <istream>
#include <ostream>
#include <span>
#include <string>

#include "io/file_system.h"

namespace rill::cli {

// Where a command runs: what it reads, and where its words go.
struct CommandContext {
  io::FileSystem& files;
  std::string working_directory;  // relative paths count from here; absolute
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;
  bool is_interactive = false;  // somebody types what is read, and sees what is written
  bool out_is_file = false;     // what is written is not shown to anybody at the moment
};

// `rill dump-log <words>`: does and prints what Kafka's DumpLogSegments 4.4.0 does with the same
// words; docs/reference/dump-log.md says what differs. Returns the exit code: 0, also when the
// files hold contradictions (they are told on `err`), or 1 for an error, told on `err`.
int RunDumpLog(const CommandContext& context, std::span<const std::string> words);

}  // namespace rill::cli
