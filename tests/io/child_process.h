#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace rill::test {

// Runs `body` in a child process; whether it returned true.
inline bool InChild(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace rill::test
