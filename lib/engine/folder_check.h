#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io/file_system.h"
#include "log/check_finding.h"
#include "rill/options.h"

namespace rill::engine {

struct FolderCheckOptions {
  // Look into the partitions of these topics only; empty: of all. NotFound where one is not there.
  std::set<std::string> topics = {};
  // Bytes of logs that were gone through, of how many in all. May be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
  log::FindingSink sink = {};
};

// What of a partition can be made anew from its batches.
struct RepairablePartition {
  std::string folder = {};  // its name
  std::vector<std::int64_t> indexes = {};
  std::vector<std::int64_t> snapshots = {};
  std::int64_t index_interval_bytes = 0;
};

struct FolderCheckSummary {
  bool has_catalogue = false;  // rill's; a folder of Apache Kafka's has none
  bool was_closed = false;
  std::uint64_t partitions = 0;
  std::uint64_t batches = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  // Findings by kind.
  std::uint64_t damaged = 0;
  std::uint64_t unread = 0;
  std::uint64_t cut = 0;
  std::uint64_t notes = 0;
  std::vector<RepairablePartition> repairable;
};

// Goes through a data folder of rill's or of Apache Kafka's that nobody has open, and tells
// everything that is wrong with it. Writes nothing, and keeps writers out meanwhile where the
// folder has a .lock. Errors: NotFound when there is no such folder; FailedPrecondition when
// another process has it open, with who that is, or when it is no data folder; as FileSystem::List.
absl::StatusOr<FolderCheckSummary> CheckFolder(io::FileSystem& files, const std::string& path,
                                               const FolderCheckOptions& options);

// Makes anew what `checked` says can be, then opens the folder as an application does, which
// recovers it, and closes it. `options` are for that engine; its sink is told what is done.
// FailedPrecondition for a folder without rill's catalogue: its broker recovers it.
absl::Status RepairFolder(const std::string& path, const FolderCheckSummary& checked,
                          Options options);

}  // namespace rill::engine
