#pragma once

#include <dirent.h>

#include "catch.h"

// What this process has of the system's, for tests that look whether all was given back.
namespace rill::test {

inline int CountEntries(const char* folder) {
  DIR* const opened = ::opendir(folder);
  REQUIRE(opened != nullptr);
  int count = 0;
  while (const dirent* const entry = ::readdir(opened)) count += entry->d_name[0] != '.';
  ::closedir(opened);
  return count;
}

inline int Threads() { return CountEntries("/proc/self/task"); }

// Without the one that counts.
inline int Descriptors() { return CountEntries("/proc/self/fd") - 1; }

}  // namespace rill::test
