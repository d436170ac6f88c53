#include <algorithm>
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

// The partitions are copied and checked without change_mutex_, under which topics are made, changed
// and deleted. Nobody knows their folders but by the names of deleted ones, which importing_ keeps
// from being removed; whether the topic can be is looked at before, and again at the end. Close
// waits until the copying has seen that the engine is closed, for the folder is another's then.
absl::StatusOr<std::shared_ptr<TopicState>> LocalEngine::ImportTopic(
    const std::string& name, const std::vector<std::string>& folders,
    const std::map<std::string, std::string>& configs, const ImportProgress& progress) {
  if (auto may = CheckMayWrite(); !may.ok()) return may;
  if (auto own = CheckNotInternal(name, "taken in"); !own.ok()) return own;
  const auto places = PlacesToImportFrom(folders);
  if (!places.ok()) return places.status();
  if (auto finished = FinishEarlierDelete(name); !finished.ok()) return finished;
  if (auto begun = BeginImport(name); !begun.ok()) return begun;
  Imports imports;
  auto taken = CopyAndAdd(name, *places, configs, progress, imports);
  EndImport(imports);
  if (taken.ok()) OpenImported(**taken);
  return taken;
}

absl::Status LocalEngine::BeginImport(const std::string& name) {
  absl::MutexLock lock(&change_mutex_);
  if (auto open = CheckOpen(); !open.ok()) return open;
  if (auto free = CheckNewName(name); !free.ok()) return free;
  ++imports_under_way_;
  return absl::OkStatus();
}

void LocalEngine::EndImport(const Imports& imports) {
  absl::MutexLock lock(&change_mutex_);
  --imports_under_way_;
  for (const Import& import : imports) importing_.erase(import.directory);
  // What is left of one that failed; where the engine is closed by now, too: Close is waiting.
  if (auto removed = RemoveDeletedFolders(); !removed.ok()) {
    Say(LogLevel::kWarning, removed.ToString());
  }
}

absl::StatusOr<std::shared_ptr<TopicState>> LocalEngine::CopyAndAdd(
    const std::string& name, const std::vector<std::string>& places,
    const std::map<std::string, std::string>& configs, const ImportProgress& progress,
    Imports& imports) {
  auto checked = CheckTopicConfigs(configs, *config());
  if (!checked.ok()) return checked.status();
  const auto stored = FindStoredTopic(environment_->files(), name, places);
  if (!stored.ok()) return stored.status();
  CatalogueTopic topic;
  topic.id = stored->id;
  topic.partitions = static_cast<std::int32_t>(stored->partitions.size());
  topic.configs = *std::move(checked);
  // The same checks as at the end, before anything is copied.
  if (auto may = CheckMayAdd(name, topic); !may.ok()) return may;
  const auto total = CountLogBytes(environment_->files(), *stored);
  if (!total.ok()) return total.status();
  // Each byte is copied, and then checked, twice where that is in doubt.
  std::uint64_t gone_through = 0;
  const auto tell = [&](std::uint64_t bytes) {
    gone_through += bytes;
    if (progress) progress(std::min(gone_through / 2, *total), *total);
  };
  for (std::int32_t i = 0; i < topic.partitions; ++i) {
    imports.push_back({folder_->path() + "/" + DeletedFolderName(name, i), {}});
    {
      absl::MutexLock lock(&change_mutex_);
      importing_.insert(imports.back().directory);
    }
    auto copied = CopyForImport(*stored, {name, i}, topic, tell, imports.back());
    if (!copied.ok()) return copied;
  }
  absl::MutexLock lock(&change_mutex_);
  if (auto open = CheckOpen(); !open.ok()) return open;
  if (auto may = CheckMayAddLocked(name, topic); !may.ok()) return may;
  auto added = MoveAndAdd(name, topic, imports);
  if (added.ok()) return added;
  const auto moved = MoveFoldersAway(name, topic.partitions);
  if (moved.ok()) return added;
  return MakeError(added.status().code(), GetErrorCode(added.status()),
                   fmt::format("{}; and folders of {} are left in {}, which have to be moved away "
                               "before it can be taken again: {}",
                               std::string(added.status().message()), name, folder_->path(),
                               std::string(moved.message())));
}

absl::Status LocalEngine::CheckMayAdd(const std::string& name, const CatalogueTopic& topic) {
  absl::MutexLock lock(&change_mutex_);
  if (auto open = CheckOpen(); !open.ok()) return open;
  return CheckMayAddLocked(name, topic);
}

absl::Status LocalEngine::CheckMayAddLocked(const std::string& name,
                                            const CatalogueTopic& topic) const {
  if (auto free = CheckNewName(name); !free.ok()) return free;
  if (IsBeingDeleted(name)) {
    return absl::UnavailableError(
        fmt::format("topic {} was made and is being deleted meanwhile; try again", name));
  }
  if (auto fits = catalogue_->image().Check(TopicChange{name, topic}); !fits.ok()) return fits;
  return CheckNoFolders(name, topic.partitions);
}

absl::StatusOr<std::shared_ptr<TopicState>> LocalEngine::MoveAndAdd(const std::string& name,
                                                                    const CatalogueTopic& topic,
                                                                    const Imports& imports) {
  if (auto moved = MoveImports(name, imports); !moved.ok()) return moved;
  return AddImported(name, topic, imports);
}

// It is there for good, and so is the answer. A partition that cannot be opened now, for want of
// descriptors perhaps, is when it is used, or says why not.
void LocalEngine::OpenImported(const TopicState& topic) {
  for (const auto& partition : topic.partitions()) {
    const auto opened = partition->OpenLog();
    if (!opened.ok()) Say(LogLevel::kError, std::string(opened.status().message()));
  }
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

absl::Status LocalEngine::CopyForImport(const StoredTopic& stored, const TopicPartition& partition,
                                        const CatalogueTopic& topic,
                                        const std::function<void(std::uint64_t)>& progress,
                                        Import& import) {
  io::FileSystem& files = environment_->files();
  const log::LogEnvironment environment = {.files = &files,
                                           .clock = environment_->clock(),
                                           .buffers = environment_->buffers(),
                                           .sink = environment_->sink(),
                                           .metrics = nullptr,
                                           .request_maintenance = {}};
  const auto& from = stored.partitions[static_cast<std::size_t>(partition.partition)];
  auto copied = CopyPartition(environment, from, import.directory, partition,
                              ResolveLogConfig(topic.configs, *config()),
                              {.may_go_on = [this] { return CheckOpen(); }, .progress = progress});
  if (!copied.ok()) return copied.status();
  import.checkpoint = *copied;
  auto written = log::WritePartitionMetadata(
      files, import.directory + "/" + log::kPartitionMetadataFile, {topic.id.ToString()});
  return written.ok() ? files.SyncDirectory(import.directory) : written;
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
