#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rill::testing {

// What each byte of a file of a data folder is for, by the names that docs/crash-safety.md uses.
struct FileFields {
  std::string kind;
  std::vector<std::string> fields;  // of each byte
};

// `segment`: what the page calls the segment of the file, if it is of one ("the last segment's ").
// `log_start`: where the log that the file belongs to begins.
FileFields FieldsOf(const std::string& path, const std::string& bytes, const std::string& segment,
                    std::int64_t log_start);

}  // namespace rill::testing
