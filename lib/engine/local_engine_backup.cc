#include <utility>

#include "engine/backup_folder.h"
#include "engine/catalogue_file.h"
#include "engine/data_folder.h"
#include "engine/local_engine.h"
#include "engine/meta_properties.h"
#include "fmt/format.h"
#include "io/small_file.h"
#include "rill/error.h"

// What is in a backup (docs/design/backup.md), and which locks are held for it.
//
// The logs are cut without change_mutex_, which topics are made, changed and deleted under, and
// engines closed. Each log's own maintenance lock keeps its files as they are meanwhile, from
// compaction, retention, deletion and Close: these come before a cut, which then fails, or after.
// What the catalogue of the backup says is put together from three moments:
//
//   the topics     as they are at the beginning, when the offsets of groups are cut, both under the
//                  lock: no offset speaks of a topic that is not there, or of one made anew
//   deletions      a topic that goes before all of its logs are cut is "deleting" in the backup, as
//                  a process leaves it that dies in DeleteTopic: the first engine that opens the
//                  backup forgets its offsets, and it
//   producer ids   as they are at the end: a log may have batches of a producer that came later,
//                  whose id must not be given out again
namespace rill::engine {

absl::Status LocalEngine::Backup(const std::string& to) {
  if (auto may = CheckMayWrite(); !may.ok()) return may;
  const auto place = BackupPlace(*environment_, to);
  if (!place.ok()) return place.status();
  if (auto open = CheckOpen(); !open.ok()) return open;
  // What is read by name is the engine's own as long as its folder is where it was.
  const io::LimitedFileSystem& own = environment_->limits();
  if (auto in_place = own.CheckLockInPlace(); !in_place.ok()) return in_place;
  io::FileSystem& files = environment_->uncapped_files();
  const auto folder = BackupFolder::Begin(files, environment_->directory(), *place);
  if (!folder.ok()) return folder.status();
  auto status = BackUpInto(files, (*folder)->path());
  if (status.ok()) status = own.CheckLockInPlace();
  if (status.ok()) status = (*folder)->End();
  if (status.ok()) return status;
  const auto removed = (*folder)->TakeBack();
  if (removed.ok()) return status;
  return MakeError(
      status.code(), GetErrorCode(status),
      fmt::format("{}; {} is left of the backup that failed: {}", std::string(status.message()),
                  (*folder)->path(), std::string(removed.message())));
}

absl::Status LocalEngine::BackUpInto(io::FileSystem& files, const std::string& folder) {
  auto begun = BeginBackup(files, folder);
  if (!begun.ok()) return begun.status();
  for (const auto& [topic, partitions] : begun->topics) {
    auto status = BackUpLogs(files, folder, partitions, begun->checkpoints);
    if (!status.ok() && topic->deleted()) status = DropFromBackup(files, folder, *topic, *begun);
    if (!status.ok()) return status;
  }
  return WriteBackupCatalogue(files, folder, *std::move(begun));
}

// Topics and their partitions are what they are until the lock is let go of.
absl::StatusOr<LocalEngine::BackupContents> LocalEngine::BeginBackup(io::FileSystem& files,
                                                                     const std::string& folder) {
  absl::MutexLock lock(&change_mutex_);
  if (auto open = CheckOpen(); !open.ok()) return open;
  BackupContents contents;
  contents.properties = properties();
  contents.image = image();
  for (const auto& topic : topics(/*include_internal=*/true)) {
    if (!topic->is_internal()) {
      contents.topics.emplace_back(topic, topic->partitions());
      continue;
    }
    auto status = BackUpLogs(files, folder, topic->partitions(), contents.checkpoints);
    if (!status.ok()) return status;
  }
  return contents;
}

absl::Status LocalEngine::BackUpLogs(io::FileSystem& files, const std::string& folder,
                                     const Partitions& partitions, BackupCheckpoints& checkpoints) {
  for (const auto& partition : partitions) {
    if (!partition->WasUsed()) continue;
    const auto log = partition->OpenLog();
    if (!log.ok()) return log.status();
    const TopicPartition& name = partition->topic_partition();
    const auto cut =
        (*log)->Backup(files, folder + "/" + PartitionFolderName(name.topic, name.partition));
    if (!cut.ok()) return cut.status();
    checkpoints.recovery_points[name] = cut->recovery_point;
    checkpoints.high_watermarks[name] = cut->high_watermark;
    if (cut->log_start_offset > 0) checkpoints.log_starts[name] = cut->log_start_offset;
    if (cut->first_dirty_offset >= 0) checkpoints.first_dirty[name] = cut->first_dirty_offset;
  }
  return absl::OkStatus();
}

absl::Status LocalEngine::DropFromBackup(io::FileSystem& files, const std::string& folder,
                                         const TopicState& topic, BackupContents& contents) {
  CatalogueTopic entry = contents.image.topics().at(topic.name());
  entry.deleting = true;
  for (std::int32_t i = 0; i < entry.partitions; ++i) {
    auto removed = RemoveTree(files, folder + "/" + PartitionFolderName(topic.name(), i));
    if (!removed.ok()) return removed;
    contents.checkpoints.Forget({topic.name(), i});
  }
  contents.image.Apply(TopicChange{topic.name(), entry});
  return absl::OkStatus();
}

absl::Status LocalEngine::WriteBackupCatalogue(io::FileSystem& files, const std::string& folder,
                                               BackupContents contents) {
  absl::StatusOr<std::string> catalogue;
  {
    absl::MutexLock lock(&change_mutex_);
    if (auto open = CheckOpen(); !open.ok()) return open;
    const ProducerIdsTaken taken = {image().producer_ids_end()};
    if (contents.image.Check(taken).ok()) contents.image.Apply(taken);
    catalogue = catalogue_->ContentsFor(contents.image);
  }
  if (!catalogue.ok()) return catalogue.status();
  auto status = io::ReplaceSmallFile(files, folder + "/" + kCatalogueFile, *catalogue);
  const auto write = [&](const char* name, const log::OffsetCheckpoint& offsets) {
    if (status.ok()) status = log::WriteOffsetCheckpoint(files, folder + "/" + name, offsets);
  };
  const BackupCheckpoints& checkpoints = contents.checkpoints;
  write(log::kRecoveryPointCheckpoint, checkpoints.recovery_points);
  write(log::kLogStartCheckpoint, checkpoints.log_starts);
  write(log::kHighWatermarkCheckpoint, checkpoints.high_watermarks);
  if (!checkpoints.first_dirty.empty()) write(log::kCleanerCheckpoint, checkpoints.first_dirty);
  if (!status.ok()) return status;
  return io::ReplaceSmallFile(files, folder + "/" + kMetaPropertiesFile,
                              FormatMetaProperties(contents.properties));
}

void LocalEngine::BackupCheckpoints::Forget(const TopicPartition& partition) {
  for (auto* offsets : {&recovery_points, &log_starts, &high_watermarks, &first_dirty}) {
    offsets->erase(partition);
  }
}

}  // namespace rill::engine
