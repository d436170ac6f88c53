#include <utility>

#include "engine/data_folder.h"
#include "engine/local_engine.h"
#include "engine/topic_config.h"
#include "engine/topic_import.h"
#include "engine/topic_name.h"
#include "engine/where.h"
#include "fmt/format.h"
#include "io/path.h"
#include "log/partition_metadata.h"
#include "rill/error.h"

// Topics that are taken in from folders elsewhere. Their partitions are copied into folders with
// the names of deleted ones, which an open removes should the process die; they get their own names
// when all of them are sound, and then the catalogue has the topic.
namespace rill::engine {

absl::StatusOr<std::vector<std::string>> LocalEngine::PlacesToImportFrom(
    const std::vector<std::string>& folders) const {
  if (environment_->directory() == kMemory) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                     "topics in memory have no files that others' could be taken as");
  }
  std::vector<std::string> places;
  for (const std::string& folder : folders) {
    auto place = CheckWhere(folder);
    if (place.ok() && environment_->is_real()) place = AbsoluteFolder(*place);
    if (!place.ok()) return place.status();
    places.push_back(io::NormalPath(*place));
    if (places.back() != io::NormalPath(environment_->directory())) continue;
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kUnknownServerError,
                     fmt::format("{} is the engine's own folder", folder));
  }
  return places;
}

absl::StatusOr<std::shared_ptr<TopicState>> LocalEngine::ImportTopic(
    const std::string& name, const std::vector<std::string>& folders,
    const std::map<std::string, std::string>& configs) {
  if (auto may = CheckMayWrite(); !may.ok()) return may;
  if (auto own = CheckNotInternal(name, "taken in"); !own.ok()) return own;
  const auto places = PlacesToImportFrom(folders);
  if (!places.ok()) return places.status();
  if (auto finished = FinishEarlierDelete(name); !finished.ok()) return finished;
  std::shared_ptr<TopicState> topic;
  {
    absl::MutexLock lock(&change_mutex_);
    if (auto open = CheckOpen(); !open.ok()) return open;
    auto taken = ImportLocked(name, *places, configs);
    // What is left of one that failed.
    if (auto removed = RemoveDeletedFolders(); !removed.ok()) {
      Say(LogLevel::kWarning, removed.ToString());
    }
    if (!taken.ok()) return taken;
    topic = *std::move(taken);
  }
  for (const auto& partition : topic->partitions()) {
    if (auto opened = partition->OpenLog(); !opened.ok()) return opened.status();
  }
  return topic;
}

absl::StatusOr<std::shared_ptr<TopicState>> LocalEngine::ImportLocked(
    const std::string& name, const std::vector<std::string>& places,
    const std::map<std::string, std::string>& configs) {
  if (auto free = CheckNewName(name); !free.ok()) return free;
  auto checked = CheckTopicConfigs(configs, config());
  if (!checked.ok()) return checked.status();
  const auto stored = FindStoredTopic(environment_->files(), name, places);
  if (!stored.ok()) return stored.status();
  CatalogueTopic topic;
  topic.id = stored->id;
  topic.partitions = static_cast<std::int32_t>(stored->partitions.size());
  topic.configs = *std::move(checked);
  // The same checks as at the end, before anything is copied.
  if (auto fits = catalogue_->image().Check(TopicChange{name, topic}); !fits.ok()) return fits;
  if (auto free = CheckNoFolders(name, topic.partitions); !free.ok()) return free;
  Imports imports;
  for (std::int32_t i = 0; i < topic.partitions; ++i) {
    auto copied = CopyForImport(*stored, {name, i}, topic);
    if (!copied.ok()) return copied.status();
    imports.push_back(*std::move(copied));
  }
  if (auto moved = MoveImports(name, imports); !moved.ok()) {
    MoveFoldersAway(name, topic.partitions).IgnoreError();
    return moved;
  }
  auto added = AddImported(name, topic, imports);
  if (!added.ok()) MoveFoldersAway(name, topic.partitions).IgnoreError();
  return added;
}

absl::Status LocalEngine::CheckNoFolders(const std::string& name, std::int32_t partitions) const {
  for (std::int32_t i = 0; i < partitions; ++i) {
    const std::string folder = folder_->path() + "/" + PartitionFolderName(name, i);
    const auto taken = environment_->files().Exists(folder);
    if (!taken.ok()) return taken.status();
    if (!*taken) continue;
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kKafkaStorageError,
                     fmt::format("{} is there, of a topic that is not in this engine's catalogue, "
                                 "an import that was interrupted perhaps; move it away",
                                 folder));
  }
  return absl::OkStatus();
}

absl::StatusOr<LocalEngine::Import> LocalEngine::CopyForImport(const StoredTopic& stored,
                                                               const TopicPartition& partition,
                                                               const CatalogueTopic& topic) {
  io::FileSystem& files = environment_->files();
  const std::string directory =
      folder_->path() + "/" + DeletedFolderName(partition.topic, partition.partition);
  const log::LogEnvironment environment = {.files = &files,
                                           .clock = environment_->clock(),
                                           .buffers = environment_->buffers(),
                                           .sink = environment_->sink(),
                                           .metrics = nullptr,
                                           .request_maintenance = {}};
  const auto& from = stored.partitions[static_cast<std::size_t>(partition.partition)];
  auto copied = CopyPartition(environment, from, directory, partition,
                              ResolveLogConfig(topic.configs, config()));
  if (!copied.ok()) return copied.status();
  auto written = log::WritePartitionMetadata(files, directory + "/" + log::kPartitionMetadataFile,
                                             {topic.id.ToString()});
  if (written.ok()) written = files.SyncDirectory(directory);
  if (!written.ok()) return written;
  return Import{directory, *copied};
}

absl::Status LocalEngine::MoveImports(const std::string& name, const Imports& imports) {
  io::FileSystem& files = environment_->files();
  std::int32_t partition = 0;
  for (const Import& import : imports) {
    const std::string to = folder_->path() + "/" + PartitionFolderName(name, partition++);
    if (auto renamed = files.Rename(import.directory, to); !renamed.ok()) return renamed;
  }
  return files.SyncDirectory(folder_->path());
}

// Where records were deleted, only the checkpoint says so: it is written before the topic is there,
// and not anew by others in between.
absl::StatusOr<std::shared_ptr<TopicState>> LocalEngine::AddImported(const std::string& name,
                                                                     const CatalogueTopic& topic,
                                                                     const Imports& imports) {
  absl::MutexLock lock(&checkpoint_mutex_);
  const auto before = checkpoints_.log_starts.value_or(log::OffsetCheckpoint());
  auto starts = before;
  std::int32_t partition = 0;
  for (const Import& import : imports) {
    const std::int64_t start = import.checkpoint.log_start_offset;
    if (start > 0) starts[{name, partition}] = start;
    ++partition;
  }
  checkpoints_.log_starts.reset();
  if (auto written = folder_->WriteLogStarts(starts); !written.ok()) return written;
  checkpoints_.log_starts = std::move(starts);
  if (auto committed = Commit(TopicChange{name, topic}); !committed.ok()) {
    // They must not be believed of another topic that gets the name.
    if (folder_->WriteLogStarts(before).ok()) checkpoints_.log_starts = before;
    return committed;
  }
  return AddTopic(name, topic, imports);
}

}  // namespace rill::engine
