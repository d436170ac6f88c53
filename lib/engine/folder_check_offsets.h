#pragma once

#include <cstdint>
#include <functional>

#include "engine/folder_check_root.h"
#include "log/check_finding.h"
#include "rill/records.h"

// Holds the checkpoints of a data folder against its partitions. Part of CheckFolder.
namespace rill::engine {

// Holds what the checkpoints say of a partition against what its log has.
void CheckOffsets(const FolderRoot& root, const TopicPartition& partition, std::int64_t log_end,
                  log::FolderFindings* findings);
// Entries of partitions that have no folder. `is_wanted` says which to look at.
void CheckEntriesWithoutFolder(const FolderRoot& root,
                               const std::function<bool(const TopicPartition&)>& is_wanted,
                               const log::FindingSink& sink);

}  // namespace rill::engine
