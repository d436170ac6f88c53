#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "engine/engine_topics.h"
#include "engine/group_configs.h"
#include "engine/local_engine.h"
#include "engine/topic_name.h"
#include "engine/topic_offset_store.h"
#include "fmt/format.h"

namespace rill::engine {
namespace {

// Kafka's, so that ids look alike.
constexpr std::int64_t kProducerIdBlock = 1000;

// As Java writes a random UUID: hexadecimal, in groups.
std::string NewMemberId() {
  std::string text;
  const base::Uuid uuid = base::Uuid::Random();
  for (const std::uint8_t byte : uuid.bytes()) {
    text += fmt::format("{:02x}", byte);
    if (text.size() == 8 || text.size() == 13 || text.size() == 18 || text.size() == 23) {
      text += '-';
    }
  }
  return text;
}

GroupConfig GroupConfigOf(const EngineConfig& config) {
  GroupConfig groups;
  groups.initial_rebalance_delay = config.group_initial_rebalance_delay;
  groups.min_session_timeout = config.group_min_session_timeout;
  groups.max_session_timeout = config.group_max_session_timeout;
  groups.max_size = config.group_max_size;
  return groups;
}

ConsumerGroupConfig ConsumerGroupConfigOf(const EngineConfig& config) {
  ConsumerGroupConfig groups;
  groups.session_timeout = config.consumer_session_timeout;
  groups.heartbeat_interval = config.consumer_heartbeat_interval;
  groups.max_size = config.consumer_group_max_size;
  groups.assignors = config.consumer_assignors;
  groups.regex_refresh_interval = config.consumer_regex_refresh_interval;
  groups.upgrades = config.upgrades_groups;
  groups.downgrades = config.downgrades_groups;
  return groups;
}

ConsumerGroupTimes TimesOf(const LocalEngine& engine, const std::string& group) {
  const auto configs = engine.resource_configs();
  const auto set = configs->find(ResourceName(kGroupResources, group));
  if (set == configs->end()) return {};
  return ConsumerGroupTimesOf(set->second, *engine.config());
}

}  // namespace

absl::Status LocalEngine::OpenGroups(const Options& options) {
  offsets_ = options.offset_store;
  std::shared_ptr<TopicOffsetStore> store;
  if (offsets_ == nullptr) {
    auto opened = TopicOffsetStore::Open(
        // Weak: the store is the engine's.
        [weak = weak_from_this()](bool create) -> absl::StatusOr<std::shared_ptr<TopicState>> {
          const auto engine = weak.lock();
          if (engine == nullptr) return absl::FailedPreconditionError("the engine is gone");
          if (create) return engine->EnsureTopic(kOffsetsTopic, {});
          auto found = engine->FindTopic(kOffsetsTopic);
          if (absl::IsNotFound(found.status())) return std::shared_ptr<TopicState>();
          return found;
        },
        [weak = weak_from_this()](const TopicPartition& partition) {
          const auto engine = weak.lock();
          return engine != nullptr && engine->HasPartition(partition);
        },
        clock(), static_cast<Compression>(config()->offsets_compression_codec));
    if (!opened.ok()) return opened.status();
    store = *std::move(opened);
    offsets_ = store;
  }
  groups_ = std::make_shared<GroupService>(GroupService::Parts{
      .clock = clock(),
      .config = GroupConfigOf(*config()),
      .consumer_config = ConsumerGroupConfigOf(*config()),
      .consumer_times =
          [weak = weak_from_this()](const std::string& group) {
            const auto engine = weak.lock();
            return engine == nullptr ? ConsumerGroupTimes() : TimesOf(*engine, group);
          },
      .new_member_id = NewMemberId,
      .offsets = offsets_,
      .records = store,
      .topics = std::make_shared<EngineTopics>(weak_from_this()),
      .max_metadata_bytes = config()->offset_metadata_max_bytes,
      .offsets_retention = config()->offsets_retention,
      .offsets_retention_check_interval = config()->offsets_retention_check_interval,
      .schedule = [maintenance = environment_->maintenance()](
                      absl::Time at) { maintenance->ScheduleAll(at); },
      .warn = [environment = environment_](
                  const std::string& line) { environment->Say(LogLevel::kWarning, line); },
      .inform = [environment = environment_](
                    const std::string& line) { environment->Say(LogLevel::kInfo, line); }});
  if (store != nullptr) {
    auto consumer_groups = store->TakeConsumerGroupsRead();
    for (auto& [group, value] : store->TakeGroupsRead()) {
      if (!consumer_groups.contains(group)) groups_->Restore(group, std::move(value));
    }
    for (auto& [group, stored] : consumer_groups) {
      groups_->RestoreConsumerGroup(group, std::move(stored));
    }
  }
  AddTask(groups_);
  TellGroupsOutOfRange();
  return absl::OkStatus();
}

void LocalEngine::TellGroupsOutOfRange() const {
  for (const auto& [resource, configs] : *resource_configs()) {
    if (!resource.starts_with(kGroupResources)) continue;
    const auto sound = CheckGroupConfigs(configs, *config());
    if (sound.ok()) continue;
    Say(LogLevel::kWarning,
        fmt::format("what group {} has set does not go with the broker's configs, and holds "
                    "as far as they let it: {}",
                    resource.substr(kGroupResources.size()),
                    std::string(sound.status().message())));
  }
}

absl::StatusOr<std::int64_t> LocalEngine::NewProducerId() {
  if (auto may = CheckMayWrite(); !may.ok()) return may;
  absl::MutexLock lock(&change_mutex_);
  if (auto open = CheckOpen(); !open.ok()) return open;
  if (producer_ids_left_ == 0) {
    const std::int64_t begin = catalogue_->image().producer_ids_end();
    if (auto taken = catalogue_->Commit(ProducerIdsTaken{begin + kProducerIdBlock}); !taken.ok()) {
      return taken;
    }
    next_producer_id_ = begin;
    producer_ids_left_ = kProducerIdBlock;
  }
  --producer_ids_left_;
  return next_producer_id_++;
}

}  // namespace rill::engine
