#pragma once

#include <cstddef>
#include <fstream>
#include <string>

namespace rill::testing {

// What this process has in memory with no file behind it, in bytes: heap, stacks, and the logs of
// "mem:". 0 where the system does not tell.
inline std::size_t AnonymousBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::size_t kibibytes = 0;
    if (word == "RssAnon:" && status >> kibibytes) return kibibytes << 10;
  }
  return 0;
}

}  // namespace rill::testing
