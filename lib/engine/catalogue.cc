#include "engine/catalogue.h"

#include <algorithm>

#include "base/parse_number.h"
#include "engine/topic_name.h"
#include "fmt/format.h"
#include "rill/error.h"
#include "rill/record.h"

namespace rill::engine {
namespace {

constexpr std::string_view kTopicKeyPrefix = "topic/";
constexpr std::string_view kProducerIdsKey = "producer-ids";
constexpr std::string_view kConfigsKeyPrefix = "configs/";
constexpr std::string_view kEndField = "end=";
constexpr std::string_view kIdField = "id=";
constexpr std::string_view kPartitionsField = "partitions=";
constexpr std::string_view kDeletingLine = "deleting=true";
constexpr std::string_view kConfigPrefix = "config.";

absl::Status Damage(const std::string& message) {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError, message);
}

// Takes the lines of a value from its front.
class Lines {
 public:
  explicit Lines(std::string_view text) : left_(text) {}

  bool empty() const { return left_.empty(); }
  std::string_view Peek() const { return left_.substr(0, left_.find('\n')); }
  std::string_view Take() {
    const std::string_view line = Peek();
    left_.remove_prefix(std::min(line.size() + 1, left_.size()));
    return line;
  }
  // What follows `field` in the next line; nothing when that is another.
  std::optional<std::string_view> Take(std::string_view field) {
    if (!Peek().starts_with(field)) return std::nullopt;
    return Take().substr(field.size());
  }

 private:
  std::string_view left_;
};

// False where a line is none, or repeats one.
bool TakeConfigs(Lines& lines, ConfigMap& configs) {
  while (!lines.empty()) {
    const auto config = lines.Take(kConfigPrefix);
    const auto equals = config ? config->find('=') : std::string_view::npos;
    if (equals == std::string_view::npos ||
        !configs.emplace(config->substr(0, equals), config->substr(equals + 1)).second) {
      return false;
    }
  }
  return true;
}

std::string ConfigLines(const ConfigMap& configs) {
  std::string lines;
  for (const auto& [name, text] : configs) {
    lines += fmt::format("{}{}={}\n", kConfigPrefix, name, text);
  }
  return lines;
}

absl::StatusOr<CatalogueTopic> DecodeTopic(std::string_view name, std::string_view value) {
  CatalogueTopic topic;
  Lines lines(value);
  const auto id_text = lines.Take(kIdField);
  const auto id = id_text ? base::Uuid::Parse(*id_text) : std::nullopt;
  if (!id) return Damage(fmt::format("topic {} has no id in the first line", name));
  topic.id = *id;
  const auto partitions_text = lines.Take(kPartitionsField);
  const auto partitions =
      partitions_text ? base::ParseNumber<std::int32_t>(*partitions_text) : std::nullopt;
  if (!partitions) {
    return Damage(fmt::format("topic {} has no number of partitions in the second line", name));
  }
  topic.partitions = *partitions;
  if (lines.Peek() == kDeletingLine) {
    lines.Take();
    topic.deleting = true;
  }
  if (!TakeConfigs(lines, topic.configs)) {
    return Damage(fmt::format("topic {} has a line that is no config, or repeats one", name));
  }
  return topic;
}

absl::StatusOr<CatalogueCommand> DecodeProducerIds(std::string_view value) {
  Lines lines(value);
  const auto text = lines.Take(kEndField);
  const auto end = text ? base::ParseNumber<std::int64_t>(*text) : std::nullopt;
  if (!end || !lines.empty()) return Damage("taken producer ids without their end");
  return ProducerIdsTaken{*end};
}

absl::StatusOr<CatalogueCommand> DecodeResourceConfigs(std::string_view resource,
                                                       std::string_view value) {
  ResourceConfigsChange change;
  change.resource = std::string(resource);
  if (IsNull(value)) return change;
  Lines lines(value);
  if (!TakeConfigs(lines, change.configs) || change.configs.empty()) {
    return Damage(fmt::format("{} has no configs, or a line that is none", resource));
  }
  return change;
}

absl::Status CheckLines(const ResourceConfigsChange& command) {
  for (const auto& [name, value] : command.configs) {
    const bool is_name = !name.empty() && name.find_first_of("=\n") == std::string::npos;
    if (is_name && value.find('\n') == std::string::npos) continue;
    return Damage(fmt::format("a config of {} cannot be written as a line", command.resource));
  }
  return absl::OkStatus();
}

absl::Status CheckState(const TopicChange& command) {
  const CatalogueTopic& topic = *command.topic;
  if (topic.id.IsReserved()) {
    return Damage(
        fmt::format("topic {} has the reserved id {}", command.name, topic.id.ToString()));
  }
  if (topic.partitions < 1 || topic.partitions > kMaxPartitionsPerTopic) {
    return Damage(fmt::format("topic {} has {} partitions, where 1 to {} are possible",
                              command.name, topic.partitions, kMaxPartitionsPerTopic));
  }
  return absl::OkStatus();
}

absl::Status CheckChange(const TopicChange& command, const CatalogueTopic& before) {
  if (command.topic->id != before.id) {
    return Damage(fmt::format("topic {} changes its id from {} to {}", command.name,
                              before.id.ToString(), command.topic->id.ToString()));
  }
  if (command.topic->partitions < before.partitions) {
    return Damage(fmt::format("topic {} shrinks from {} to {} partitions", command.name,
                              before.partitions, command.topic->partitions));
  }
  if (before.deleting && !command.topic->deleting) {
    return Damage(fmt::format("topic {} was being deleted and is there again", command.name));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CatalogueImage::Check(const CatalogueCommand& command) const {
  if (const auto* const topic = std::get_if<TopicChange>(&command)) return CheckTopic(*topic);
  if (const auto* const configs = std::get_if<ResourceConfigsChange>(&command)) {
    return CheckLines(*configs);
  }
  const std::int64_t end = std::get<ProducerIdsTaken>(command).end;
  if (end > producer_ids_end_) return absl::OkStatus();
  return Damage(
      fmt::format("producer ids up to {} are taken after those up to {}", end, producer_ids_end_));
}

absl::Status CatalogueImage::CheckTopic(const TopicChange& command) const {
  const auto found = topics_.find(command.name);
  if (!command.topic.has_value()) {
    if (found != topics_.end() && found->second.deleting) return absl::OkStatus();
    return Damage(fmt::format("topic {} goes, without having been deleted", command.name));
  }
  if (auto sound = CheckState(command); !sound.ok()) return sound;
  if (found != topics_.end()) return CheckChange(command, found->second);
  if (auto legal = CheckTopicName(command.name); !legal.ok()) {
    return Damage(std::string(legal.message()));
  }
  if (!ids_.contains(command.topic->id)) return absl::OkStatus();
  return Damage(fmt::format("topic {} has the id {} of another one", command.name,
                            command.topic->id.ToString()));
}

void CatalogueImage::Apply(const CatalogueCommand& command) {
  if (const auto* const taken = std::get_if<ProducerIdsTaken>(&command)) {
    producer_ids_end_ = taken->end;
    return;
  }
  if (const auto* const set = std::get_if<ResourceConfigsChange>(&command)) {
    resource_configs_[set->resource] = set->configs;
    if (set->configs.empty()) resource_configs_.erase(set->resource);
    return;
  }
  const TopicChange& change = std::get<TopicChange>(command);
  if (change.topic.has_value()) {
    topics_[change.name] = *change.topic;
    ids_.insert(change.topic->id);
  } else if (const auto found = topics_.find(change.name); found != topics_.end()) {
    ids_.erase(found->second.id);
    topics_.erase(found);
  }
}

std::string EncodeCommandKey(const CatalogueCommand& command) {
  if (std::holds_alternative<ProducerIdsTaken>(command)) return std::string(kProducerIdsKey);
  if (const auto* const set = std::get_if<ResourceConfigsChange>(&command)) {
    return std::string(kConfigsKeyPrefix) + set->resource;
  }
  return std::string(kTopicKeyPrefix) + std::get<TopicChange>(command).name;
}

std::optional<std::string> EncodeCommandValue(const CatalogueCommand& command) {
  if (const auto* const taken = std::get_if<ProducerIdsTaken>(&command)) {
    return fmt::format("{}{}\n", kEndField, taken->end);
  }
  if (const auto* const set = std::get_if<ResourceConfigsChange>(&command)) {
    if (set->configs.empty()) return std::nullopt;
    return ConfigLines(set->configs);
  }
  const TopicChange& change = std::get<TopicChange>(command);
  if (!change.topic.has_value()) return std::nullopt;
  const CatalogueTopic& topic = *change.topic;
  std::string value = fmt::format("{}{}\n{}{}\n", kIdField, topic.id.ToString(), kPartitionsField,
                                  topic.partitions);
  if (topic.deleting) value += fmt::format("{}\n", kDeletingLine);
  return value + ConfigLines(topic.configs);
}

bool IsCommandKey(std::string_view key) {
  return key == kProducerIdsKey || key.starts_with(kTopicKeyPrefix) ||
         key.starts_with(kConfigsKeyPrefix);
}

absl::StatusOr<CatalogueCommand> DecodeCommand(std::string_view key, std::string_view value) {
  if (!IsCommandKey(key)) return Damage("a record of an unknown kind");
  if (key == kProducerIdsKey) return DecodeProducerIds(value);
  if (key.starts_with(kConfigsKeyPrefix)) {
    return DecodeResourceConfigs(key.substr(kConfigsKeyPrefix.size()), value);
  }
  TopicChange change;
  change.name = std::string(key.substr(kTopicKeyPrefix.size()));
  if (!IsNull(value)) {
    auto topic = DecodeTopic(change.name, value);
    if (!topic.ok()) return topic.status();
    change.topic = *std::move(topic);
  }
  return change;
}

}  // namespace rill::engine
