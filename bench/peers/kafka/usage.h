#pragma once

#include <sys/types.h>

namespace rill::bench {

// Seconds of a processor that the process has used, in all its threads and in the kernel for it.
double CpuSeconds(pid_t process);

// By the clock that all processes share.
double NowSeconds();

// Tells what is wrong and ends the program: there is nothing to measure any more.
[[noreturn]] void Fail(const char* what, const char* why);

}  // namespace rill::bench
