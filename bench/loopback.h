#pragma once

#include <time.h>

namespace rill::bench {

// Tells what did not work, and why by errno, and ends the program.
[[noreturn]] void Fail(const char* what);

double Seconds(clockid_t clock);

// A connection over the loopback, as a node has it with its clients: without Nagle's algorithm.
// Both are blocking; who has it closes them.
struct Loopback {
  int server = -1;
  int client = -1;
};
Loopback Connect();

// In a line: it decides more than most of what is measured over the loopback.
void PrintCongestionControl();

}  // namespace rill::bench
