#include "engine/data_folder.h"

#include <algorithm>

#include "base/parse_number.h"
#include "base/uuid.h"
#include "engine/catalogue_file.h"
#include "engine/socket_file.h"
#include "engine/topic_name.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "io/path.h"
#include "io/small_file.h"
#include "log/partition_metadata.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

// What Kafka 4.3 writes; -1 stands for a broker that has no epoch.
constexpr std::string_view kCleanShutdownText = R"({"version":0,"brokerEpoch":-1})";
constexpr std::string_view kDeletedSuffix = "-delete";
constexpr std::size_t kUniqueIdDigits = 32;
constexpr std::size_t kMaxFileName = 255;
// What a refusal names of the folders that it speaks of.
constexpr std::size_t kPartitionsNamed = 3;

// The folders of partitions that a broker or rill made: what only has such a name is a stranger's.
absl::StatusOr<std::vector<std::string>> PartitionFolders(io::FileSystem& files,
                                                          const std::string& path) {
  const auto entries = files.List(path);
  if (!entries.ok()) return entries.status();
  std::vector<std::string> names;
  for (const io::DirectoryEntry& entry : *entries) {
    if (!entry.is_directory || !ParsePartitionFolderName(entry.name)) continue;
    const std::string metadata = path + "/" + entry.name + "/" + log::kPartitionMetadataFile;
    const auto read = log::ReadPartitionMetadata(files, metadata);
    if (absl::IsResourceExhausted(read.status())) return read.status();
    if (read.ok()) names.push_back(entry.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

// A folder without a catalogue is a new one, unless there are partitions in it: a new catalogue
// would have none of them, and the checkpoints would forget them with the next writing.
absl::Status CheckIsNotWithoutCatalogue(io::FileSystem& files, const std::string& path) {
  const auto has_catalogue = files.Exists(path + "/" + kCatalogueFile);
  if (!has_catalogue.ok() || *has_catalogue) return has_catalogue.status();
  auto names = PartitionFolders(files, path);
  if (!names.ok() || names->empty()) return names.status();
  if (names->size() > kPartitionsNamed) {
    names->resize(kPartitionsNamed);
    names->push_back("...");
  }
  return MakeError(
      absl::StatusCode::kFailedPrecondition, ErrorCode::kKafkaStorageError,
      fmt::format("{} has folders of partitions ({}) and no {}: if it is a broker's, import it "
                  "into a folder of rill's own (rill import); if it is rill's, put {} back from a "
                  "backup",
                  path, fmt::join(*names, ", "), kCatalogueFile, kCatalogueFile));
}

// What else can be done with a folder that another engine writes.
std::string OrGoThroughNode(io::FileSystem& files, const std::string& path) {
  if (!files.Exists(path + "/" + kSocketFile).value_or(false)) return {};
  return fmt::format(", or open \"kafka://unix:{}\", if a node serves it", path);
}

absl::StatusOr<std::optional<log::OffsetCheckpoint>> ReadIfSound(io::FileSystem& files,
                                                                 const std::string& path,
                                                                 const LogSink& sink) {
  auto offsets = log::ReadOffsetCheckpoint(files, path);
  if (offsets.ok()) return *std::move(offsets);
  if (absl::IsResourceExhausted(offsets.status())) return offsets.status();
  if (sink) {
    sink(LogLevel::kWarning,
         fmt::format("checkpoint not used: {}", std::string(offsets.status().message())));
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<FolderCheckpoints> ReadCheckpoints(io::FileSystem& files,
                                                  const std::string& directory,
                                                  const LogSink& sink) {
  FolderCheckpoints all;
  for (const auto& [name, into] : {std::pair{log::kRecoveryPointCheckpoint, &all.recovery_points},
                                   {log::kLogStartCheckpoint, &all.log_starts},
                                   {log::kHighWatermarkCheckpoint, &all.high_watermarks},
                                   {log::kCleanerCheckpoint, &all.first_dirty}}) {
    auto offsets = ReadIfSound(files, directory + "/" + name, sink);
    if (!offsets.ok()) return offsets.status();
    *into = *std::move(offsets);
  }
  return all;
}

std::optional<std::int64_t> OffsetIn(const std::optional<log::OffsetCheckpoint>& offsets,
                                     const TopicPartition& partition) {
  if (!offsets) return std::nullopt;
  const auto found = offsets->find(partition);
  if (found == offsets->end()) return std::nullopt;
  return found->second;
}

absl::StatusOr<std::unique_ptr<DataFolder>> DataFolder::Open(io::FileSystem* files,
                                                             std::string path,
                                                             bool create_if_missing,
                                                             const LogSink& sink,
                                                             std::optional<std::int32_t> node_id) {
  std::unique_ptr<DataFolder> folder(new DataFolder(files, std::move(path)));
  if (auto prepared = folder->Prepare(create_if_missing); !prepared.ok()) return prepared;
  auto lock = files->Lock(folder->path_ + "/" + kLockFile);
  if (absl::IsFailedPrecondition(lock.status())) {
    return MakeError(
        lock.status().code(), GetErrorCode(lock.status()),
        fmt::format("{}; one engine at a time may write a folder: close that one first{}",
                    std::string(lock.status().message()), OrGoThroughNode(*files, folder->path_)));
  }
  if (!lock.ok()) return lock.status();
  folder->lock_ = *std::move(lock);
  if (auto sound = CheckIsNotWithoutCatalogue(*files, folder->path_); !sound.ok()) return sound;
  auto properties = LoadMetaProperties(*files, folder->path_, node_id);
  if (!properties.ok()) return properties.status();
  folder->properties_ = *std::move(properties);
  auto checkpoints = ReadCheckpoints(*files, folder->path_, sink);
  if (!checkpoints.ok()) return checkpoints.status();
  folder->checkpoints_ = *std::move(checkpoints);
  return folder;
}

absl::Status DataFolder::Prepare(bool create_if_missing) {
  if (auto whole = CheckBackupIsWhole(*files_, path_); !whole.ok()) return whole;
  // meta.properties comes after the folders above are synced. Where it is missing they may not be,
  // though they are there: an earlier process may have been killed in between.
  const auto in_use = files_->Exists(path_ + "/" + kMetaPropertiesFile);
  if (!in_use.ok()) return in_use.status();
  if (*in_use) return absl::OkStatus();
  const auto exists = files_->Exists(path_);
  if (!exists.ok()) return exists.status();
  if (!*exists && !create_if_missing) {
    return MakeError(
        absl::StatusCode::kNotFound, ErrorCode::kUnknownServerError,
        fmt::format("there is no folder {}, and Options::create_if_missing is false", path_));
  }
  if (auto made = files_->CreateDirectories(path_); !made.ok()) return made;
  return SyncAncestors(*files_, path_);
}

// From here on a crash must be seen as one, so the mark goes before any log is written. (What the
// catalogue wrote before is flushed by itself, and no part of what the mark speaks of.)
//
// The folder is synced even where there is no mark: a process that was killed between making a file
// or a partition's folder and syncing its name left something that a power cut could take, with all
// that is flushed into it from now on.
absl::Status DataFolder::BeginWriting() {
  const std::string path = path_ + "/" + kCleanShutdownFile;
  const auto exists = files_->Exists(path);
  if (!exists.ok()) return exists.status();
  // Without its checkpoints it is not known either whether the logs are whole.
  was_clean_ = *exists && checkpoints_.recovery_points.has_value() &&
               checkpoints_.log_starts.has_value() && checkpoints_.high_watermarks.has_value();
  if (*exists) {
    if (auto removed = files_->Remove(path); !removed.ok()) return removed;
  }
  return files_->SyncDirectory(path_);
}

absl::Status DataFolder::Write(const char* name, const log::OffsetCheckpoint& offsets) {
  return log::WriteOffsetCheckpoint(*files_, path_ + "/" + name, offsets);
}

absl::Status DataFolder::WriteRecoveryPoints(const log::OffsetCheckpoint& offsets) {
  return Write(log::kRecoveryPointCheckpoint, offsets);
}

absl::Status DataFolder::WriteLogStarts(const log::OffsetCheckpoint& offsets) {
  return Write(log::kLogStartCheckpoint, offsets);
}

absl::Status DataFolder::WriteHighWatermarks(const log::OffsetCheckpoint& offsets) {
  return Write(log::kHighWatermarkCheckpoint, offsets);
}

absl::Status DataFolder::WriteFirstDirtyOffsets(const log::OffsetCheckpoint& offsets) {
  return Write(log::kCleanerCheckpoint, offsets);
}

absl::Status DataFolder::MarkClean() {
  return io::ReplaceSmallFile(*files_, path_ + "/" + kCleanShutdownFile, kCleanShutdownText);
}

// Not those that this process may not look into, nor those of a file system that cannot sync a
// folder (EINVAL: squashfs and other read-only ones).
absl::Status SyncAncestors(io::FileSystem& files, const std::string& path) {
  for (std::string at = io::ParentPath(path);; at = io::ParentPath(at)) {
    auto synced = files.SyncDirectory(at);
    const bool is_foreign = absl::IsPermissionDenied(synced) || absl::IsInvalidArgument(synced);
    if (!synced.ok() && !is_foreign) return synced;
    if (at == "/" || at == ".") return absl::OkStatus();
  }
}

std::string PartitionFolderName(std::string_view topic, std::int32_t partition) {
  return fmt::format("{}-{}", topic, partition);
}

std::optional<TopicPartition> ParsePartitionFolderName(std::string_view name) {
  const auto dash = name.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto partition = base::ParseNumber<std::int32_t>(name.substr(dash + 1));
  if (!partition || !CheckTopicName(name.substr(0, dash)).ok()) return std::nullopt;
  TopicPartition parsed{std::string(name.substr(0, dash)), *partition};
  if (PartitionFolderName(parsed.topic, *partition) != name) return std::nullopt;  // "-01"
  return parsed;
}

std::string DeletedFolderName(std::string_view topic, std::int32_t partition) {
  std::string unique;
  const base::Uuid uuid = base::Uuid::Random();
  for (const std::uint8_t byte : uuid.bytes()) unique += fmt::format("{:02x}", byte);
  const std::string suffix = fmt::format("-{}.{}{}", partition, unique, kDeletedSuffix);
  return fmt::format("{}{}", topic.substr(0, kMaxFileName - suffix.size()), suffix);
}

bool IsDeletedFolderName(std::string_view name) {
  if (!name.ends_with(kDeletedSuffix)) return false;
  name.remove_suffix(kDeletedSuffix.size());
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || name.size() - dot - 1 != kUniqueIdDigits) return false;
  const std::string_view unique = name.substr(dot + 1);
  return std::all_of(unique.begin(), unique.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }) &&
         ParsePartitionFolderName(name.substr(0, dot)).has_value();
}

absl::Status CheckBackupIsWhole(io::FileSystem& files, const std::string& path) {
  const auto incomplete = files.Exists(path + "/" + kIncompleteBackupFile);
  if (!incomplete.ok() || !*incomplete) return incomplete.status();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, ErrorCode::kKafkaStorageError,
      fmt::format("{} holds a backup that was not completed; remove it, and make another", path));
}

absl::Status RemoveTree(io::FileSystem& files, const std::string& path) {
  const auto entries = files.List(path);
  if (absl::IsNotFound(entries.status())) return absl::OkStatus();
  if (!entries.ok()) return entries.status();
  for (const io::DirectoryEntry& entry : *entries) {
    const std::string inner = path + "/" + entry.name;
    // What a link leads to is somebody else's.
    const bool is_tree = entry.is_directory && !entry.is_link;
    auto removed = is_tree ? RemoveTree(files, inner) : files.Remove(inner);
    if (!removed.ok() && !absl::IsNotFound(removed)) return removed;
  }
  return files.RemoveDirectory(path);
}

absl::StatusOr<std::uint64_t> DiskUse(io::FileSystem& files, const std::string& path) {
  const auto entries = files.List(path);
  if (!entries.ok()) return entries.status();
  std::uint64_t bytes = 0;
  for (const io::DirectoryEntry& entry : *entries) {
    if (entry.is_directory && entry.is_link) continue;
    if (!entry.is_directory) {
      bytes += entry.size;
      continue;
    }
    const auto inner = DiskUse(files, path + "/" + entry.name);
    if (!inner.ok()) return inner.status();
    bytes += *inner;
  }
  return bytes;
}

}  // namespace rill::engine
