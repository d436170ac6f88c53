#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io/file_system.h"
#include "rill/records.h"

namespace rill::log {

// Kafka's checkpoint files: text, a version, a count, then a line an entry.
//
//   0
//   2
//   orders 0 1500
//   orders 1 17
//
// Every damage is DataLoss (KAFKA_STORAGE_ERROR) that names file and line.

// Files of the data folder's root that hold an offset for each partition.
inline constexpr char kRecoveryPointCheckpoint[] = "recovery-point-offset-checkpoint";
inline constexpr char kLogStartCheckpoint[] = "log-start-offset-checkpoint";
inline constexpr char kHighWatermarkCheckpoint[] = "replication-offset-checkpoint";
inline constexpr char kCleanerCheckpoint[] = "cleaner-offset-checkpoint";

// Far above what a folder with a partition for each of 65,530 mappings needs.
inline constexpr std::uint64_t kMaxCheckpointFileSize = std::uint64_t{64} << 20;

using OffsetCheckpoint = std::map<TopicPartition, std::int64_t>;

// `path` is for messages. An empty file, as Kafka makes one before its first checkpoint, is empty.
absl::StatusOr<OffsetCheckpoint> ParseOffsetCheckpoint(std::string_view text,
                                                       const std::string& path);
std::string FormatOffsetCheckpoint(const OffsetCheckpoint& offsets);

// A file that is missing reads as an empty checkpoint.
absl::StatusOr<OffsetCheckpoint> ReadOffsetCheckpoint(io::FileSystem& files,
                                                      const std::string& path);
// Replaces the file in one step; on return it would survive a power cut.
absl::Status WriteOffsetCheckpoint(io::FileSystem& files, const std::string& path,
                                   const OffsetCheckpoint& offsets);

// What all checkpoint files share: checks version and count, gives the entries' lines in order
// (views into `text`). Entry i stands in line i + kFirstEntryLine of the file.
inline constexpr std::size_t kFirstEntryLine = 3;
absl::StatusOr<std::vector<std::string_view>> ParseCheckpointLines(std::string_view text,
                                                                   const std::string& path);
std::string FormatCheckpointLines(const std::vector<std::string>& lines);

// The fields of a line, which single spaces part.
std::vector<std::string_view> SplitCheckpointLine(std::string_view line);

// The error for line `line` (from 1) of a checkpoint file.
absl::Status CheckpointDamage(const std::string& path, std::size_t line, std::string_view what);

}  // namespace rill::log
