#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "io/file_system.h"
#include "log/check_finding.h"

namespace rill::log {

// The files of a partition's folder by what they are.
struct LogFolder {
  std::map<std::int64_t, std::uint64_t> segments;  // base offset to size of the .log
  std::vector<std::int64_t> snapshots;             // rising
  std::set<std::int64_t> transaction_indexes;      // by base offset
  bool has_epochs = false;
};

// Lists the folder, and tells of what does not belong into it: leftovers and unknown files are
// notes, files that cannot be segments damage. Errors as FileSystem::List.
absl::StatusOr<LogFolder> ListLogFolder(io::FileSystem& files, const std::string& directory,
                                        FolderFindings* findings);

}  // namespace rill::log
