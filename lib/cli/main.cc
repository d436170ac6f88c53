#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#include "cli/rill_command.h"
#include "io/real_file_system.h"

namespace {

// Also /dev/null; but not a pipe, whose other end may print to the terminal.
bool OutIsFile() {
  struct stat out = {};
  if (::fstat(STDOUT_FILENO, &out) != 0) return false;
  return S_ISREG(out.st_mode) || (S_ISCHR(out.st_mode) && ::isatty(STDOUT_FILENO) == 0);
}

// Or a socket, as where a shell of another machine reads it.
bool OutIsPipe() {
  struct stat out = {};
  return ::fstat(STDOUT_FILENO, &out) == 0 && (S_ISFIFO(out.st_mode) || S_ISSOCK(out.st_mode));
}

// A file that is opened later must not come to stand where words are printed.
void OpenStandardStreams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) != -1) continue;
    static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY));
  }
}

}  // namespace

int main(int argc, char** argv) {
  OpenStandardStreams();
  std::signal(SIGXFSZ, SIG_IGN);  // a file at the limit of sizes is an error of the write then
  std::ios::sync_with_stdio(false);
  std::error_code gone;  // a removed working directory is the root: paths in it fail by name
  const auto files = rill::io::NewRealFileSystem();
  const std::vector<std::string> words(argv, argv + argc);
  const std::string directory = std::filesystem::current_path(gone).string();
  const bool err_is_terminal = ::isatty(STDERR_FILENO) == 1;
  const bool is_interactive = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  return rill::cli::RunRill(
      {*files, directory, std::cin, std::cout, rill::cli::StandardError(std::cerr), err_is_terminal,
       is_interactive, OutIsFile(), OutIsPipe()},
      words);
}
