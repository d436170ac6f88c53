#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "engine/data_folder.h"
#include "engine/local_engine.h"
#include "engine/topic_config.h"
#include "engine/topic_name.h"
#include "fmt/format.h"
#include "log/partition_metadata.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

absl::Status UnknownTopic(const std::string& name) {
  return MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition,
                   fmt::format("there is no topic \"{}\"", name));
}

absl::Status InvalidPartitions(const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidPartitions, message);
}

absl::Status CheckPartitionCount(const std::string& name, int partitions) {
  if (partitions >= 1 && partitions <= kMaxPartitionsPerTopic) return absl::OkStatus();
  return InvalidPartitions(fmt::format("topic {} cannot have {} partitions; valid: 1..{}", name,
                                       partitions, kMaxPartitionsPerTopic));
}

// Whoever makes the offsets topic, retention by time must not take offsets.
TopicOptions Completed(const TopicOptions& asked, const std::string& name,
                       const EngineConfig& config) {
  TopicOptions options = name == kOffsetsTopic
                             ? OffsetsTopicOptions(config)
                             : TopicOptions{.partitions = config.num_partitions, .configs = {}};
  if (asked.partitions != -1) options.partitions = asked.partitions;
  for (const auto& [config_name, value] : asked.configs) options.configs[config_name] = value;
  return options;
}

}  // namespace

absl::Status LocalEngine::Commit(const CatalogueCommand& change) {
  auto committed = catalogue_->Commit(change);
  if (committed.ok() && environment_->page() != nullptr) {
    environment_->page()->CountCatalogueChange();
  }
  return committed;
}

absl::StatusOr<std::shared_ptr<TopicState>> LocalEngine::CreateTopic(const std::string& name,
                                                                     const TopicOptions& options) {
  if (auto may = CheckMayWrite(); !may.ok()) return may;
  for (;;) {
    if (auto finished = FinishEarlierDelete(name); !finished.ok()) return finished;
    absl::MutexLock lock(&change_mutex_);
    if (!IsBeingDeleted(name)) return CreateLocked(name, options);
  }
}

absl::StatusOr<std::shared_ptr<TopicState>> LocalEngine::EnsureTopic(const std::string& name,
                                                                     const TopicOptions& options) {
  for (;;) {
    if (auto found = FindTopic(name); found.ok()) return found;
    if (auto may = CheckMayWrite(); !may.ok()) return may;
    if (auto finished = FinishEarlierDelete(name); !finished.ok()) return finished;
    absl::MutexLock lock(&change_mutex_);
    if (auto found = FindTopic(name); found.ok()) return found;
    if (!IsBeingDeleted(name)) return CreateLocked(name, options);
  }
}

// Again, since FinishEarlierDelete: others may have made it and deleted it.
bool LocalEngine::IsBeingDeleted(const std::string& name) const {
  if (closed()) return false;
  const auto& topics = image().topics();
  const auto found = topics.find(name);
  return found != topics.end() && found->second.deleting;
}

absl::StatusOr<TopicDescription> LocalEngine::DescribeNewTopic(const std::string& name,
                                                               const TopicOptions& options) {
  if (auto may = CheckMayWrite(); !may.ok()) return may;
  absl::MutexLock lock(&change_mutex_);
  const auto topic = NewTopic(name, options);
  if (!topic.ok()) return topic.status();
  return Describe(name, *topic);
}

absl::StatusOr<CatalogueTopic> LocalEngine::NewTopic(const std::string& name,
                                                     const TopicOptions& options) const {
  if (auto open = CheckOpen(); !open.ok()) return open;
  if (auto free = CheckNewName(name); !free.ok()) return free;
  const TopicOptions wanted = Completed(options, name, *config());
  CatalogueTopic topic;
  topic.partitions = wanted.partitions;
  if (auto sound = CheckPartitionCount(name, topic.partitions); !sound.ok()) return sound;
  auto configs = CheckTopicConfigs(wanted.configs, *config());
  if (!configs.ok()) return configs.status();
  topic.configs = *std::move(configs);
  if (auto free = CheckFoldersFree(name, 0, topic.partitions); !free.ok()) return free;
  return topic;
}

absl::StatusOr<std::shared_ptr<TopicState>> LocalEngine::CreateLocked(const std::string& name,
                                                                      const TopicOptions& options) {
  auto topic = NewTopic(name, options);
  if (!topic.ok()) return topic.status();
  if (auto forgotten = ForgetLogStarts(name); !forgotten.ok()) return forgotten;
  topic->id = base::Uuid::Random();
  if (auto committed = Commit(TopicChange{name, *topic}); !committed.ok()) return committed;
  return AddTopic(name, *topic);
}

// A process that died in an import has left the starts of logs that never came.
absl::Status LocalEngine::ForgetLogStarts(const std::string& name) {
  {
    absl::MutexLock lock(&checkpoint_mutex_);
    const auto& starts = checkpoints_.log_starts;
    const auto speaks_of_it = [&](const auto& entry) { return entry.first.topic == name; };
    if (starts.has_value() && std::none_of(starts->begin(), starts->end(), speaks_of_it)) {
      return absl::OkStatus();
    }
  }
  return WriteCheckpoints({.log_starts = true});
}

absl::Status LocalEngine::CheckNewName(const std::string& name) const {
  if (auto legal = CheckTopicName(name); !legal.ok()) return legal;
  if (auto may = CheckMayBeMade(name); !may.ok()) return may;
  absl::ReaderMutexLock lock(&topics_mutex_);
  if (topics_.contains(name)) {
    return MakeError(absl::StatusCode::kAlreadyExists, ErrorCode::kTopicAlreadyExists,
                     fmt::format("Topic '{}' already exists.", name));
  }
  const auto colliding = collision_keys_.find(TopicCollisionKey(name));
  if (colliding == collision_keys_.end()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidTopic,
                   fmt::format("the name {} collides with the topic {}: Kafka tells names that "
                               "differ in '.' and '_' only not apart",
                               name, colliding->second));
}

absl::Status LocalEngine::CheckFoldersFree(const std::string& name, int from, int to) const {
  for (int i = from; i < to; ++i) {
    const std::string folder =
        environment_->directory() + "/" + PartitionFolderName(name, static_cast<std::int32_t>(i));
    auto taken = environment_->files().Exists(folder + "/" + log::kPartitionMetadataFile);
    if (!taken.ok()) return taken.status();
    if (!*taken) continue;
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kKafkaStorageError,
                     fmt::format("{} holds the log of a topic that is not in this engine's "
                                 "catalogue, a Kafka broker's perhaps; move it away",
                                 folder));
  }
  return absl::OkStatus();
}

std::shared_ptr<TopicState> LocalEngine::AddTopic(const std::string& name,
                                                  const CatalogueTopic& topic,
                                                  const Imports& imports) {
  absl::MutexLock lock(&topics_mutex_);
  auto state = std::make_shared<TopicState>(environment_, name, next_ordinal_++, topic);
  // Before anybody finds it, and opens a log.
  for (std::size_t i = 0; i < imports.size(); ++i) {
    state->partition(static_cast<std::int32_t>(i))->SetImported(imports[i].checkpoint);
  }
  topics_[name] = state;
  topics_by_id_[state->uuid()] = state;
  collision_keys_[TopicCollisionKey(name)] = name;
  topics_version_.fetch_add(1);
  return state;
}

absl::StatusOr<std::shared_ptr<TopicState>> LocalEngine::FindTopic(const std::string& name) const {
  if (auto open = CheckOpen(); !open.ok()) return open;
  if (auto topic = TopicOrNull(name); topic != nullptr) return topic;
  return UnknownTopic(name);
}

std::shared_ptr<TopicState> LocalEngine::TopicOrNull(const std::string& name) const {
  absl::ReaderMutexLock lock(&topics_mutex_);
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second;
}

absl::StatusOr<std::shared_ptr<TopicState>> LocalEngine::FindTopic(const base::Uuid& id) const {
  if (auto open = CheckOpen(); !open.ok()) return open;
  absl::ReaderMutexLock lock(&topics_mutex_);
  const auto found = topics_by_id_.find(id);
  if (found != topics_by_id_.end()) return found->second;
  return MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicId,
                   fmt::format("no topic has the id {}", id.ToString()));
}

bool LocalEngine::HasPartition(const TopicPartition& partition) const {
  absl::ReaderMutexLock lock(&topics_mutex_);
  const auto found = topics_.find(partition.topic);
  return found != topics_.end() && partition.partition >= 0 &&
         partition.partition < found->second->partition_count();
}

std::vector<std::shared_ptr<TopicState>> LocalEngine::topics(bool include_internal) const {
  absl::ReaderMutexLock lock(&topics_mutex_);
  std::vector<std::shared_ptr<TopicState>> topics;
  topics.reserve(topics_.size());
  for (const auto& [name, topic] : topics_) {
    if (include_internal || !topic->is_internal()) topics.push_back(topic);
  }
  return topics;
}

std::vector<std::string> LocalEngine::ListTopics(bool include_internal) const {
  std::vector<std::string> names;
  if (closed()) return names;
  for (const auto& topic : topics(include_internal)) names.push_back(topic->name());
  return names;
}

absl::StatusOr<CatalogueTopic> LocalEngine::Entry(const std::string& name) const {
  if (auto open = CheckOpen(); !open.ok()) return open;
  const auto& topics = image().topics();
  const auto found = topics.find(name);
  if (found == topics.end() || found->second.deleting) return UnknownTopic(name);
  return found->second;
}

absl::StatusOr<TopicDescription> LocalEngine::DescribeTopic(const std::string& name) const {
  absl::MutexLock lock(&change_mutex_);
  const auto topic = Entry(name);
  if (!topic.ok()) return topic.status();
  return Describe(name, *topic);
}

TopicDescription LocalEngine::Describe(const std::string& name, const CatalogueTopic& topic) const {
  return {.name = name,
          .id = topic.id.ToString(),
          .is_internal = IsInternalTopic(name),
          .partitions = topic.partitions,
          .configs = ResolveTopicConfigs(topic.configs, *config())};
}

absl::Status LocalEngine::CheckNotInternal(const std::string& name, const char* what) const {
  if (!IsInternalTopic(name)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidTopic,
                   fmt::format("{} is the engine's own and cannot be {}", name, what));
}

absl::Status LocalEngine::CreatePartitions(const std::string& name, int total, bool only_validate) {
  if (auto may = CheckMayWrite(); !may.ok()) return may;
  if (auto status = CheckNotInternal(name, "grown"); !status.ok()) return status;
  absl::MutexLock lock(&change_mutex_);
  auto topic = Entry(name);
  if (!topic.ok()) return topic.status();
  if (auto sound = CheckPartitionCount(name, total); !sound.ok()) return sound;
  if (total <= topic->partitions) {
    return InvalidPartitions(
        fmt::format("the topic {} currently has {} partition(s); {} would not be an increase", name,
                    topic->partitions, total));
  }
  if (auto free = CheckFoldersFree(name, topic->partitions, total); !free.ok()) return free;
  if (only_validate) return absl::OkStatus();
  topic->partitions = total;
  if (auto committed = Commit(TopicChange{name, *topic}); !committed.ok()) return committed;
  const auto state = FindTopic(name);
  if (!state.ok()) return state.status();
  (*state)->Grow(total);
  topics_version_.fetch_add(1);
  return absl::OkStatus();
}

absl::Status LocalEngine::AlterTopicConfigs(
    const std::string& name, const std::map<std::string, std::optional<std::string>>& changes) {
  const auto change = [&](const ConfigMap& own) {
    return ChangeTopicConfigs(own, changes, *config());
  };
  return ReplaceTopicConfigs(name, change, /*only_validate=*/false);
}

absl::Status LocalEngine::ReplaceTopicConfigs(const std::string& name, const ConfigsChange& change,
                                              bool only_validate) {
  if (auto may = CheckMayWrite(); !may.ok()) return may;
  absl::MutexLock lock(&change_mutex_);
  auto topic = Entry(name);
  if (!topic.ok()) return topic.status();
  auto configs = change(topic->configs);
  if (configs.ok()) configs = CheckTopicConfigs(*configs, *config());
  if (!configs.ok()) return configs.status();
  if (only_validate || *configs == topic->configs) return absl::OkStatus();
  topic->configs = *std::move(configs);
  if (auto committed = Commit(TopicChange{name, *topic}); !committed.ok()) return committed;
  const auto state = FindTopic(name);
  if (!state.ok()) return state.status();
  (*state)->SetConfig(ResolveLogConfig(topic->configs, *config()));
  return absl::OkStatus();
}

// Once the catalogue says "deleting" the topic is gone for good: whatever happens from there on,
// the next open clears the rest away (docs/crash-safety.md).
absl::Status LocalEngine::DeleteTopic(const std::string& name) {
  if (auto may = CheckMayWrite(); !may.ok()) return may;
  if (auto status = CheckNotInternal(name, "deleted"); !status.ok()) return status;
  base::Uuid id;
  {
    absl::MutexLock lock(&change_mutex_);
    auto topic = Entry(name);
    if (!topic.ok()) return topic.status();
    topic->deleting = true;
    if (auto committed = Commit(TopicChange{name, *topic}); !committed.ok()) return committed;
    id = topic->id;
    RemoveTopic(name)->Delete();
  }
  if (auto cleared = FinishDelete(name, id); !cleared.ok()) {
    Say(LogLevel::kWarning, fmt::format("topic {} is deleted, but not all that it left behind: {}",
                                        name, cleared.ToString()));
  }
  return absl::OkStatus();
}

std::shared_ptr<TopicState> LocalEngine::RemoveTopic(const std::string& name) {
  absl::MutexLock lock(&topics_mutex_);
  const auto found = topics_.find(name);
  const auto state = found->second;
  topics_.erase(found);
  topics_by_id_.erase(state->uuid());
  collision_keys_.erase(TopicCollisionKey(name));
  topics_version_.fetch_add(1);
  return state;
}

absl::StatusOr<bool> LocalEngine::IsDeleting(const std::string& name, const base::Uuid& id) const {
  if (auto open = CheckOpen(); !open.ok()) return open;
  const auto& topics = image().topics();
  const auto found = topics.find(name);
  return found != topics.end() && found->second.deleting && found->second.id == id;
}

absl::Status LocalEngine::BeginFinishing(const std::string& name) {
  const auto self = std::this_thread::get_id();
  absl::MutexLock lock(&finishing_mutex_);
  const auto is_free = [&] {
    finishing_mutex_.AssertReaderHeld();
    const auto found = finishing_.find(name);
    return found == finishing_.end() || found->second == self;
  };
  finishing_mutex_.Await(absl::Condition(&is_free));
  if (finishing_.emplace(name, self).second) return absl::OkStatus();
  return absl::UnavailableError(
      fmt::format("topic {} is being deleted: its offset store cannot wait for that itself", name));
}

// The files go first, for forgetting the offsets takes room. Those go before the catalogue forgets
// the topic: a new one of that name must not be consumed from where groups stood in the old one.
// One thread at a time, or a slow one would have the new one's offsets forgotten. No lock is held
// while the store is called: it may call back.
absl::Status LocalEngine::FinishDelete(const std::string& name, const base::Uuid& id) {
  if (auto begun = BeginFinishing(name); !begun.ok()) return begun;
  const absl::Cleanup leave = [&] {
    absl::MutexLock lock(&finishing_mutex_);
    finishing_.erase(name);
  };
  absl::Status removed;
  {
    absl::MutexLock lock(&change_mutex_);
    const auto deleting = IsDeleting(name, id);
    if (!deleting.ok() || !*deleting) return deleting.status();
    auto moved = MoveFoldersAway(name, image().topics().at(name).partitions);
    if (!moved.ok()) return moved;
    removed = RemoveDeletedFolders();
  }
  if (auto forgotten = offsets_->DeleteTopic(name); !forgotten.ok()) return forgotten;
  absl::MutexLock lock(&change_mutex_);
  const auto deleting = IsDeleting(name, id);
  if (!deleting.ok() || !*deleting) return deleting.status();
  // Nor may a new one begin where the old one's checkpoints stood.
  if (auto written = WriteCheckpoints(CheckpointFiles::All()); !written.ok()) return written;
  auto forgotten = Commit(TopicChange{name, std::nullopt});
  forgotten.Update(removed);
  return forgotten;
}

void LocalEngine::FinishDeletes() {
  std::map<std::string, base::Uuid> left;
  {
    absl::MutexLock lock(&change_mutex_);
    for (const auto& [name, topic] : image().topics()) {
      if (topic.deleting) left[name] = topic.id;
    }
  }
  for (const auto& [name, id] : left) {
    if (auto finished = FinishDelete(name, id); !finished.ok()) {
      Say(LogLevel::kWarning,
          fmt::format("topic {} is not wholly deleted yet: {}", name, finished.ToString()));
    }
  }
  absl::MutexLock lock(&change_mutex_);
  if (auto removed = RemoveDeletedFolders(); !removed.ok()) {
    Say(LogLevel::kWarning, removed.ToString());
  }
}

absl::Status LocalEngine::FinishEarlierDelete(const std::string& name) {
  base::Uuid id;
  {
    absl::MutexLock lock(&change_mutex_);
    if (auto open = CheckOpen(); !open.ok()) return open;
    const auto found = image().topics().find(name);
    if (found == image().topics().end() || !found->second.deleting) {
      return absl::OkStatus();
    }
    id = found->second.id;
  }
  return FinishDelete(name, id);
}

absl::Status LocalEngine::MoveFoldersAway(const std::string& name, std::int32_t partitions) {
  io::FileSystem& files = environment_->files();
  const std::string root = folder_->path() + "/";
  for (std::int32_t i = 0; i < partitions; ++i) {
    auto renamed =
        files.Rename(root + PartitionFolderName(name, i), root + DeletedFolderName(name, i));
    if (!renamed.ok() && !absl::IsNotFound(renamed)) return renamed;
  }
  // The names must be free for good before a topic of this name can be made again.
  return files.SyncDirectory(folder_->path());
}

absl::Status LocalEngine::RemoveDeletedFolders() {
  io::FileSystem& files = environment_->files();
  const auto entries = files.List(folder_->path());
  if (!entries.ok()) return entries.status();
  absl::Status first;
  for (const io::DirectoryEntry& entry : *entries) {
    if (!entry.is_directory || !IsDeletedFolderName(entry.name)) continue;
    const std::string path = folder_->path() + "/" + entry.name;
    if (!importing_.contains(path)) first.Update(RemoveTree(files, path));
  }
  return first;
}

}  // namespace rill::engine
