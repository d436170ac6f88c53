#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/meta_properties.h"
#include "io/file_system.h"
#include "log/checkpoint_file.h"
#include "rill/options.h"

namespace rill::engine {

inline constexpr char kLockFile[] = ".lock";
inline constexpr char kCleanShutdownFile[] = ".kafka_cleanshutdown";
// There as long as a backup that is being made in this folder is not whole.
inline constexpr char kIncompleteBackupFile[] = "rill.incomplete-backup";

// The offsets that the folder's checkpoint files hold; nothing of a file of which that is not
// known.
struct FolderCheckpoints {
  std::optional<log::OffsetCheckpoint> recovery_points;
  std::optional<log::OffsetCheckpoint> log_starts;
  std::optional<log::OffsetCheckpoint> high_watermarks;
  std::optional<log::OffsetCheckpoint> first_dirty;  // of the logs that were compacted
};

// Those of the folder `directory`, without one that is damaged, which is told to `sink` where there
// is one. ResourceExhausted: one could not be read for want of descriptors or memory, and may be
// sound.
absl::StatusOr<FolderCheckpoints> ReadCheckpoints(io::FileSystem& files,
                                                  const std::string& directory,
                                                  const LogSink& sink);

// What a checkpoint has of a partition; nothing where it cannot be read, too.
std::optional<std::int64_t> OffsetIn(const std::optional<log::OffsetCheckpoint>& offsets,
                                     const TopicPartition& partition);

// The root of a data folder, as Kafka lays it out: the lock, whose folder it is, how it was left.
// Lets others have the folder on destruction. Not thread-safe.
class DataFolder {
 public:
  // Locks the folder; makes it and its meta.properties where they are missing; reads the
  // checkpoints (without one that is damaged, which costs a longer recovery and is told to
  // `sink`). `files` must outlive this. Errors as rill::Open; FailedPrecondition
  // (KAFKA_STORAGE_ERROR) for a folder of partitions that has no catalogue, and (INVALID_CONFIG)
  // for another node's than `node_id`, which a new one keeps.
  static absl::StatusOr<std::unique_ptr<DataFolder>> Open(io::FileSystem* files, std::string path,
                                                          bool create_if_missing,
                                                          const LogSink& sink,
                                                          std::optional<std::int32_t> node_id = {});

  // Takes the mark of a clean shutdown away: to be called before any log is opened, once it is
  // known that the folder can be written by this rill.
  absl::Status BeginWriting();

  const std::string& path() const { return path_; }
  const MetaProperties& properties() const { return properties_; }
  // Whether whoever wrote here last closed everything. Known after BeginWriting.
  bool was_clean() const { return was_clean_; }
  const FolderCheckpoints& checkpoints() const { return checkpoints_; }

  absl::Status WriteRecoveryPoints(const log::OffsetCheckpoint& offsets);
  absl::Status WriteLogStarts(const log::OffsetCheckpoint& offsets);
  absl::Status WriteHighWatermarks(const log::OffsetCheckpoint& offsets);
  absl::Status WriteFirstDirtyOffsets(const log::OffsetCheckpoint& offsets);
  // Everything is closed and flushed.
  absl::Status MarkClean();

 private:
  DataFolder(io::FileSystem* files, std::string path) : files_(files), path_(std::move(path)) {}

  absl::Status Prepare(bool create_if_missing);
  absl::Status Write(const char* name, const log::OffsetCheckpoint& offsets);

  io::FileSystem* const files_;
  const std::string path_;
  std::unique_ptr<io::FileLock> lock_;
  MetaProperties properties_;
  bool was_clean_ = false;
  FolderCheckpoints checkpoints_;
};

// Syncs the folders above `path`, any of which may have been made for it.
absl::Status SyncAncestors(io::FileSystem& files, const std::string& path);

// "orders-3"
std::string PartitionFolderName(std::string_view topic, std::int32_t partition);
// What the name says; nothing when it is not that of a partition's folder.
std::optional<TopicPartition> ParsePartitionFolderName(std::string_view name);

// The name that Kafka gives the folder of a deleted partition until its files are gone:
// "orders-3.<32 hexadecimal digits>-delete". New each time.
std::string DeletedFolderName(std::string_view topic, std::int32_t partition);
bool IsDeletedFolderName(std::string_view name);

// FailedPrecondition (KAFKA_STORAGE_ERROR) for a folder with a backup that was not completed.
absl::Status CheckBackupIsWhole(io::FileSystem& files, const std::string& path);

// Removes the folder and everything in it. OK when it is not there.
absl::Status RemoveTree(io::FileSystem& files, const std::string& path);
// Bytes of all files in the folder and those below.
absl::StatusOr<std::uint64_t> DiskUse(io::FileSystem& files, const std::string& path);

}  // namespace rill::engine
