#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/catalogue.h"
#include "engine/data_folder.h"
#include "io/file_system.h"
#include "log/check_finding.h"
#include "log/checkpoint_file.h"
#include "log/partition_log.h"
#include "rill/records.h"

namespace rill::engine {

// What stands at the root of a data folder, as far as it can be read. Part of CheckFolder.
struct FolderRoot {
  std::string path;
  bool was_closed = false;
  std::optional<CatalogueImage> catalogue;
  FolderCheckpoints checkpoints;
  std::vector<TopicPartition> partitions;  // that have folders

  bool IsKnown(const TopicPartition& partition) const;
  bool IsDeleting(const std::string& topic) const;
  bool MayHaveGaps(const TopicPartition& partition) const;
  log::LogCheckpoint CheckpointOf(const TopicPartition& partition) const;
};

// Reads the root's files, and tells what is wrong with each by itself. FailedPrecondition when the
// folder is none of rill's or Kafka's.
absl::StatusOr<FolderRoot> ReadFolderRoot(io::FileSystem& files, const std::string& path,
                                          log::FolderFindings* findings);

}  // namespace rill::engine
