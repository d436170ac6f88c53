#include "engine/topic_import.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "engine/data_folder.h"
#include "engine/folder_check_root.h"
#include "fmt/format.h"
#include "io/file_copy.h"
#include "log/leader_epochs.h"
#include "log/log_check.h"
#include "log/partition_metadata.h"
#include "log/segment.h"
#include "log/segment_name.h"
#include "log/segmented_log.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

constexpr std::size_t kChunk = std::size_t{64} << 10;

absl::Status Refused(const std::string& message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kKafkaStorageError, message);
}

// A folder without a .lock has no writer either.
absl::StatusOr<std::unique_ptr<io::FileLock>> KeepWritersOut(io::FileSystem& files,
                                                             const std::string& folder) {
  auto lock = files.LockShared(folder + "/" + kLockFile);
  if (absl::IsNotFound(lock.status())) return nullptr;
  if (!absl::IsFailedPrecondition(lock.status())) return lock;
  return Refused(
      fmt::format("{}; topics are taken from folders that nobody has open: stop the "
                  "broker, or close the engine",
                  std::string(lock.status().message())));
}

// Finds the partitions one folder after the other.
class TopicFinder {
 public:
  TopicFinder(io::FileSystem& files, const std::string& name) : files_(files), name_(name) {}

  absl::Status LookInto(const std::string& folder) {
    auto lock = KeepWritersOut(files_, folder);
    if (!lock.ok()) return lock.status();
    if (*lock != nullptr) found_.locks.push_back(*std::move(lock));
    log::FolderFindings ignored(
        "", folder, [](const log::Finding&) {});  // what matters here fails where it is used
    const auto root = ReadFolderRoot(files_, folder, &ignored);
    if (!root.ok()) return root.status();
    for (const TopicPartition& partition : root->partitions) {
      if (partition.topic != name_ || root->IsDeleting(name_)) continue;
      if (auto taken = Take(*root, partition); !taken.ok()) return taken;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<StoredTopic> Finish(const std::vector<std::string>& folders) {
    if (by_number_.empty()) {
      return MakeError(
          absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition,
          fmt::format("no partition of topic {} is in {}", name_, fmt::join(folders, ", ")));
    }
    for (auto& [number, partition] : by_number_) {
      const auto expected = static_cast<std::int32_t>(found_.partitions.size());
      if (number != expected) {
        return Refused(
            fmt::format("{} is missing, where {} is: a topic is taken as a whole, all "
                        "folders that hold partitions of it together",
                        PartitionFolderName(name_, expected), partition.directory));
      }
      found_.partitions.push_back(std::move(partition));
    }
    found_.id = id_.value_or(base::Uuid::Random());
    return std::move(found_);
  }

 private:
  absl::Status Take(const FolderRoot& root, const TopicPartition& partition) {
    StoredTopic::Partition stored{
        .directory = root.path + "/" + PartitionFolderName(name_, partition.partition),
        .checkpoint = root.CheckpointOf(partition),
        .may_have_gaps = root.MayHaveGaps(partition)};
    const std::string path = stored.directory + "/" + log::kPartitionMetadataFile;
    const auto metadata = log::ReadPartitionMetadata(files_, path);
    if (!metadata.ok() && !absl::IsNotFound(metadata.status())) return metadata.status();
    if (metadata.ok()) {
      const auto id = base::Uuid::Parse(metadata->topic_id);
      if (!id || (id_ && *id_ != *id)) {
        return Refused(
            fmt::format("{} has the topic id {}, another partition {}: they are not of "
                        "one topic",
                        path, metadata->topic_id, id_.value_or(base::Uuid()).ToString()));
      }
      id_ = id;
    }
    const auto [there, is_new] = by_number_.emplace(partition.partition, stored);
    if (is_new) return absl::OkStatus();
    return Refused(
        fmt::format("{} and {} are the same partition", there->second.directory, stored.directory));
  }

  io::FileSystem& files_;
  const std::string& name_;
  StoredTopic found_;
  std::optional<base::Uuid> id_;
  std::map<std::int32_t, StoredTopic::Partition> by_number_;
};

bool IsOfALog(const std::string& name) {
  const bool is_state = name == log::kPartitionMetadataFile || name == log::kLeaderEpochCheckpoint;
  const auto has = [&](const char* suffix) {
    return log::ParseSegmentName(name, suffix).has_value();
  };
  return is_state || has(log::kLogSuffix) || has(log::kOffsetIndexSuffix) ||
         has(log::kTimeIndexSuffix) || has(log::kTransactionIndexSuffix) ||
         has(log::kSnapshotSuffix);
}

absl::Status CopyFiles(io::FileSystem& files, const std::string& from, const std::string& to,
                       const CopyWatch& watch) {
  const auto entries = files.List(from);
  if (!entries.ok()) return entries.status();
  if (auto made = files.CreateDirectories(to); !made.ok()) return made;
  for (const io::DirectoryEntry& entry : *entries) {
    if (entry.name.ends_with(log::kSwapSuffix)) {
      return Refused(
          fmt::format("{}/{} is of a compaction that was interrupted: start the broker "
                      "that wrote it, and stop it again",
                      from, entry.name));
    }
    if (entry.is_directory || !IsOfALog(entry.name)) continue;
    if (auto may = watch.may_go_on(); !may.ok()) return may;
    if (entry.size > log::kMaxSegmentFileSize) {
      return Refused(
          fmt::format("{}/{} has {} bytes, more than a file of a log can have (at most "
                      "{}): it is not whole, or not Kafka's",
                      from, entry.name, entry.size, log::kMaxSegmentFileSize));
    }
    auto copied = io::CopyFile(files, from + "/" + entry.name, to + "/" + entry.name, entry.size);
    if (!copied.ok()) return copied;
    if (log::ParseSegmentName(entry.name, log::kLogSuffix)) watch.progress(entry.size);
  }
  return absl::OkStatus();
}

// What stands behind the last batch: only the zeros that a broker may reserve. Anything else was
// torn, and whoever wrote it has to say what becomes of it.
absl::Status CheckTail(io::FileSystem& files, const std::string& directory,
                       const log::LogCheckResult& checked) {
  const auto entries = files.List(directory);
  if (!entries.ok()) return entries.status();
  std::string last;
  std::uint64_t size = 0;  // of `last`
  std::uint64_t sound_end = 0;
  for (const io::DirectoryEntry& entry : *entries) {  // in order of name, so of offset
    const auto base_offset = log::ParseSegmentName(entry.name, log::kLogSuffix);
    if (!base_offset) continue;
    last = directory + "/" + entry.name;
    size = entry.size;
    sound_end = *base_offset == checked.last_base_offset ? checked.last_sound_end : 0;
  }
  if (size <= sound_end) return absl::OkStatus();
  const auto file = files.Open(last, io::OpenMode::kRead);
  if (!file.ok()) return file.status();
  std::string chunk(kChunk, '\0');
  for (std::uint64_t at = sound_end; at < size;) {
    const auto got = (*file)->ReadAt(at, chunk.data(), chunk.size());
    if (!got.ok()) return got.status();
    if (std::string_view(chunk.data(), *got).find_first_not_of('\0') != std::string_view::npos) {
      return MakeError(
          absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
          fmt::format("{}: byte {}: {} bytes that are no whole batch: whoever wrote the folder was "
                      "stopped in the middle of it; start that broker (or open the folder with "
                      "rill) and stop it again, which cuts them off",
                      last, at, size - at));
    }
    at += std::max<std::uint64_t>(*got, 1);
  }
  return absl::OkStatus();
}

// The first thing that is wrong with a copy; paths are those of what it was made from.
absl::Status Check(io::FileSystem& files, const StoredTopic::Partition& from,
                   const std::string& directory, const std::string& name, bool may_have_gaps,
                   const CopyWatch& watch) {
  using Kind = log::Finding::Kind;
  absl::Status first;
  const auto checked =
      log::CheckLog({.files = &files,
                     .directory = directory,
                     .name = name,
                     .checkpoint = from.checkpoint,
                     .may_have_gaps = may_have_gaps,
                     .progress = watch.progress,
                     .stop = [&] { return !watch.may_go_on().ok(); },
                     .sink =
                         [&](const log::Finding& finding) {
                           if (finding.kind == Kind::kNote || !first.ok()) return;
                           std::string where = from.directory + "/" + finding.file;
                           if (finding.position)
                             where += fmt::format(": byte {}", *finding.position);
                           const std::string message = fmt::format("{}: {}", where, finding.what);
                           first = finding.kind == Kind::kUnread
                                       ? Refused(message)
                                       : MakeError(absl::StatusCode::kDataLoss,
                                                   ErrorCode::kCorruptMessage, message);
                         }});
  if (auto may = watch.may_go_on(); !may.ok()) return may;
  if (!first.ok()) return first;
  const std::int64_t flushed = from.checkpoint.recovery_point;
  if (flushed == INT64_MAX || flushed <= checked.log_end_offset) {
    return CheckTail(files, from.directory, checked);
  }
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                   fmt::format("{} ends at offset {}, though it was flushed up to {}: files of it "
                               "are missing",
                               from.directory, checked.log_end_offset, flushed));
}

absl::Status CheckWith(io::FileSystem& files, const StoredTopic::Partition& from,
                       const std::string& directory, const std::string& name,
                       const log::LogConfig& config, const CopyWatch& watch) {
  const bool may_have_gaps = from.may_have_gaps || config.cleanup_compact;
  auto checked = Check(files, from, directory, name, may_have_gaps, watch);
  if (checked.ok() || may_have_gaps) return checked;
  if (!Check(files, from, directory, name, true, watch).ok()) return checked;
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig,
                   fmt::format("{}; if compaction took them out, give the topic the config "
                               "cleanup.policy=compact",
                               std::string(checked.message())));
}

// Opens the copy and closes it, so that it is as any log of rill's that was closed.
absl::StatusOr<log::LogCheckpoint> Settle(const log::LogEnvironment& environment,
                                          const StoredTopic::Partition& from,
                                          const std::string& directory,
                                          const TopicPartition& partition,
                                          const log::LogConfig& config) {
  const auto log = std::make_shared<log::SegmentedLog>(environment, directory, partition, config);
  log::LogCheckpoint checkpoint = from.checkpoint;
  if (checkpoint.recovery_point == INT64_MAX) checkpoint.recovery_point = 0;  // it has none
  if (auto loaded = log->Load(checkpoint); !loaded.ok()) return loaded;
  const std::int64_t end = log->log_end_offset();
  if (const std::int64_t stable = log->last_stable_offset(); stable < end) {
    return Refused(
        fmt::format("{} has a transaction that is open since offset {}: let its "
                    "producer or the broker end it first",
                    from.directory, stable));
  }
  const std::int64_t start = log->log_start_offset();
  if (auto closed = log->Close(); !closed.ok()) return closed;
  return log::LogCheckpoint{.clean_shutdown = true,
                            .recovery_point = end,
                            .log_start_offset = start,
                            .high_watermark = end};
}

}  // namespace

absl::StatusOr<StoredTopic> FindStoredTopic(io::FileSystem& files, const std::string& name,
                                            const std::vector<std::string>& folders) {
  TopicFinder finder(files, name);
  for (const std::string& folder : folders) {
    if (auto looked = finder.LookInto(folder); !looked.ok()) return looked;
  }
  return finder.Finish(folders);
}

absl::StatusOr<std::uint64_t> CountLogBytes(io::FileSystem& files, const StoredTopic& topic) {
  std::uint64_t bytes = 0;
  for (const StoredTopic::Partition& partition : topic.partitions) {
    const auto entries = files.List(partition.directory);
    if (!entries.ok()) return entries.status();
    for (const io::DirectoryEntry& entry : *entries) {
      if (log::ParseSegmentName(entry.name, log::kLogSuffix)) bytes += entry.size;
    }
  }
  return bytes;
}

absl::StatusOr<log::LogCheckpoint> CopyPartition(const log::LogEnvironment& environment,
                                                 const StoredTopic::Partition& from,
                                                 const std::string& directory,
                                                 const TopicPartition& partition,
                                                 const log::LogConfig& config,
                                                 const CopyWatch& watch) {
  io::FileSystem& files = *environment.files;
  auto copied = CopyFiles(files, from.directory, directory, watch);
  if (!copied.ok()) return copied;
  const std::string name = PartitionFolderName(partition.topic, partition.partition);
  auto checked = CheckWith(files, from, directory, name, config, watch);
  if (!checked.ok()) return checked;
  return Settle(environment, from, directory, partition, config);
}

}  // namespace rill::engine
