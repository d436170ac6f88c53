#pragma once

#include <sys/types.h>
#include <sys/wait.h>

#include <csignal>

#include "catch.h"

namespace rill::testing {

// Kills a child of this process, and asserts that it did not end before.
inline void Kill(pid_t writer) {
  ::kill(writer, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(writer, &status, 0) == writer);
  CAPTURE(status);
  REQUIRE(WIFSIGNALED(status));
}

}  // namespace rill::testing
