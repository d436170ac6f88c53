#pragma once

#include <istream>
#include <ostream>
#include <string>

#include "cli/standard_error.h"
#include "io/file_system.h"

namespace rill::cli {

// Where a command runs: what it reads, and where its words go.
struct CommandContext {
  io::FileSystem& files;
  std::string working_directory;  // relative paths count from here; absolute
  std::istream& in;
  std::ostream& out;
  StandardError err;
  bool err_is_terminal = false;
  bool is_interactive = false;  // somebody types what is read, and sees what is written
  bool out_is_file = false;     // what is written is not shown to anybody at the moment
  bool out_is_pipe = false;     // whoever reads what is written may leave when he has enough
};

}  // namespace rill::cli
