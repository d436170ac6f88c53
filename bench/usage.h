#pragma once

#include <cstdio>
#include <cstring>
#include <optional>

namespace rill::bench {

// For programs that take up to `most` words and no flags: what to exit with where there is nothing
// to measure, since somebody asks for help, or gives a flag or one word too many. `usage` is a
// line.
inline std::optional<int> AnswerUsage(int argc, char** argv, int most, const char* usage) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--help") == 0 || std::strcmp(argv[i], "-h") == 0) {
      std::printf("usage: %s\n", usage);
      return 0;
    }
    if (argv[i][0] == '-' || i > most) {
      std::fprintf(stderr, "unknown argument '%s'\nusage: %s\n", argv[i], usage);
      return 2;
    }
  }
  return std::nullopt;
}

}  // namespace rill::bench
