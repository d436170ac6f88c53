#include "engine/folder_check_offsets.h"

#include <cstdint>
#include <optional>
#include <set>

#include "engine/topic_name.h"
#include "fmt/format.h"

namespace rill::engine {
namespace {

using Kind = log::Finding::Kind;

// An offset that a log which was closed must end with, or must not end before.
enum class Rule { kEnd, kAtMostEnd };

void CheckOffset(const FolderRoot& root, const char* file,
                 const std::optional<log::OffsetCheckpoint>& offsets,
                 const TopicPartition& partition, std::int64_t log_end, Rule rule, Kind behind_end,
                 log::FolderFindings* findings) {
  if (!offsets) return;  // told of already
  const auto offset = OffsetIn(offsets, partition);
  const bool must_be_end = rule == Rule::kEnd && root.was_closed;
  if (!offset && must_be_end && log_end > 0) {
    findings->Tell(Kind::kDamage, file, std::nullopt,
                   fmt::format("has no offset of the partition, whose log ends at {}", log_end));
  } else if (offset && *offset > log_end) {
    findings->Tell(root.was_closed ? Kind::kDamage : behind_end, file, std::nullopt,
                   fmt::format("has offset {}, and the log ends at {}", *offset, log_end));
  } else if (offset && must_be_end && *offset != log_end) {
    findings->Tell(Kind::kDamage, file, std::nullopt,
                   fmt::format("has offset {}, where the log, which was closed, ends at {}",
                               *offset, log_end));
  }
}

}  // namespace

void CheckOffsets(const FolderRoot& root, const TopicPartition& partition, std::int64_t log_end,
                  log::FolderFindings* findings) {
  if (partition.topic == kMetadataTopic) return;  // its checkpoints are elsewhere
  const FolderCheckpoints& at = root.checkpoints;
  const auto check = [&](const char* file, const auto& offsets, Rule rule, Kind behind_end) {
    CheckOffset(root, file, offsets, partition, log_end, rule, behind_end, findings);
  };
  // What was flushed cannot be lost by a crash; what was only shown can.
  check(log::kRecoveryPointCheckpoint, at.recovery_points, Rule::kEnd, Kind::kDamage);
  check(log::kLogStartCheckpoint, at.log_starts, Rule::kAtMostEnd, Kind::kDamage);
  // A broker's partition may have a follower that was behind.
  check(log::kHighWatermarkCheckpoint, at.high_watermarks,
        root.catalogue ? Rule::kEnd : Rule::kAtMostEnd, Kind::kNote);
  check(log::kCleanerCheckpoint, root.checkpoints.first_dirty, Rule::kAtMostEnd, Kind::kNote);
}

void CheckEntriesWithoutFolder(const FolderRoot& root,
                               const std::function<bool(const TopicPartition&)>& is_wanted,
                               const log::FindingSink& sink) {
  const std::set<TopicPartition> folders(root.partitions.begin(), root.partitions.end());
  const auto check = [&](const char* file, const std::optional<log::OffsetCheckpoint>& offsets) {
    for (const auto& [partition, offset] : offsets.value_or(log::OffsetCheckpoint())) {
      if (folders.contains(partition) || offset == 0 || !is_wanted(partition)) continue;
      const bool is_lost =
          !root.IsDeleting(partition.topic) && (root.was_closed || root.IsKnown(partition));
      log::FolderFindings(PartitionFolderName(partition.topic, partition.partition), root.path,
                          sink)
          .Tell(is_lost ? Kind::kDamage : Kind::kNote, file, std::nullopt,
                fmt::format("has offset {} of the partition, whose folder is not there", offset));
    }
  };
  check(log::kRecoveryPointCheckpoint, root.checkpoints.recovery_points);
  check(log::kLogStartCheckpoint, root.checkpoints.log_starts);
  check(log::kHighWatermarkCheckpoint, root.checkpoints.high_watermarks);
}

}  // namespace rill::engine
