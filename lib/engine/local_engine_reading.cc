#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine_topics.h"
#include "engine/folder_catalogue.h"
#include "engine/local_engine.h"
#include "engine/meta_properties.h"
#include "engine/topic_config.h"
#include "engine/topic_name.h"
#include "engine/topic_offset_store.h"
#include "engine/where.h"
#include "fmt/format.h"
#include "rill/error.h"

// An engine on a folder that another process writes, or nobody: Options::read_only.
namespace rill::engine {

absl::Status LocalEngine::OpenToRead(const Options& options) {
  if (environment_->directory() == kMemory || options.offset_store != nullptr) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kUnknownServerError,
                     "Options::read_only is for a folder that others write, and has no use for an "
                     "Options::offset_store");
  }
  io::FileSystem& files = environment_->files();
  const auto exists = files.Exists(environment_->directory());
  if (!exists.ok()) return exists.status();
  if (!*exists) {
    return MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownServerError,
                     fmt::format("there is no folder {}, and with Options::read_only none is made",
                                 environment_->directory()));
  }
  if (auto whole = CheckBackupIsWhole(files, environment_->directory()); !whole.ok()) return whole;
  environment_->SetWatch(
      std::make_shared<FolderWatch>(&files, environment_->directory(), [weak = weak_from_this()] {
        if (const auto engine = weak.lock()) engine->LookOutside();
      }));
  catalogue_version_.store(watch()->catalogue_version());
  auto image = ReadFolderCatalogue(files, environment_->directory(), environment_->sink());
  if (!image.ok()) return image.status();
  absl::MutexLock lock(&change_mutex_);
  TakeUp(*std::move(image));
  is_open_ = true;
  return absl::OkStatus();
}

absl::Status LocalEngine::ReadForNode() {
  if (auto open = CheckOpen(); !open.ok()) return open;
  if (watch() == nullptr) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
        fmt::format("{} is not open with Options::read_only", environment_->directory()));
  }
  if (is_read_for_node_.exchange(true)) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                     fmt::format("a node has told of {} already", environment_->directory()));
  }
  auto properties = ReadMetaProperties(environment_->files(), environment_->directory());
  if (!properties.ok()) return properties.status();
  properties_read_ = *std::move(properties);
  return ReadGroups();
}

// Nothing is written down of them, and no time runs for their members, who are another process's.
absl::Status LocalEngine::ReadGroups() {
  auto store = TopicOffsetStore::Open(
      [weak = weak_from_this()](bool) -> absl::StatusOr<std::shared_ptr<TopicState>> {
        const auto engine = weak.lock();
        if (engine == nullptr) return absl::FailedPreconditionError("the engine is gone");
        auto found = engine->FindTopic(kOffsetsTopic);
        if (absl::IsNotFound(found.status())) return std::shared_ptr<TopicState>();
        return found;
      },
      [](const TopicPartition&) { return false; }, clock(), Compression::kNone);
  if (!store.ok()) return store.status();
  offsets_ = *store;
  groups_ = std::make_shared<GroupService>(
      GroupService::Parts{.clock = clock(),
                          .config = {},
                          .new_member_id = [] { return std::string(); },
                          .offsets = offsets_,
                          .records = nullptr,
                          .topics = std::make_shared<EngineTopics>(weak_from_this()),
                          .schedule = [](absl::Time) {}});
  const auto consumer_groups = (*store)->TakeConsumerGroupsRead();
  for (const auto& [group, stored] : consumer_groups) {
    groups_->RestoreConsumerGroupToShow(group, stored);
  }
  for (const auto& [group, value] : (*store)->TakeGroupsRead()) {
    if (!consumer_groups.contains(group)) groups_->RestoreToShow(group, value);
  }
  return absl::OkStatus();
}

absl::Status LocalEngine::CheckMayWrite() const {
  if (watch() == nullptr) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                   fmt::format("{} is open with Options::read_only; whoever opened it for writing "
                               "can change it",
                               environment_->directory()));
}

void LocalEngine::LookOutside() {
  if (watch() == nullptr || closed()) return;
  // Before the catalogue is read: what changes meanwhile is met by the next look.
  const std::uint64_t version = watch()->catalogue_version();
  if (version == catalogue_version_.load()) return;
  absl::MutexLock lock(&change_mutex_);
  if (version == catalogue_version_.load() || !is_open_) return;
  auto image =
      ReadFolderCatalogue(environment_->files(), environment_->directory(), environment_->sink());
  catalogue_version_.store(version);
  if (image.ok()) return TakeUp(*std::move(image));
  Say(LogLevel::kError,
      fmt::format("changes of topics are not seen: {}", std::string(image.status().message())));
}

void LocalEngine::TakeUp(CatalogueImage image) {
  const auto& now = image.topics();
  for (const auto& topic : topics(/*include_internal=*/true)) {
    const auto found = now.find(topic->name());
    const bool is_there =
        found != now.end() && !found->second.deleting && found->second.id.ToString() == topic->id();
    if (!is_there) RemoveTopic(topic->name())->Delete();
  }
  for (const auto& [name, topic] : now) {
    if (!topic.deleting) TakeUpTopic(name, topic);
  }
  image_read_ = std::move(image);
}

void LocalEngine::TakeUpTopic(const std::string& name, const CatalogueTopic& topic) {
  if (auto sound = CheckTopicConfigs(topic.configs, *config()); !sound.ok()) {
    return Say(LogLevel::kError,
               fmt::format("topic {} in {} is left out: {}", name, environment_->directory(),
                           std::string(sound.status().message())));
  }
  const auto state = FindTopic(name);
  if (!state.ok()) {
    AddTopic(name, topic);
  } else if ((*state)->partition_count() < topic.partitions) {
    (*state)->Grow(topic.partitions);
    topics_version_.fetch_add(1);
  }
}

}  // namespace rill::engine
