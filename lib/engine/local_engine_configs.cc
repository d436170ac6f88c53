#include <cstddef>
#include <utility>

#include "engine/local_engine.h"
#include "engine/topic_config.h"
#include "fmt/format.h"
#include "rill/error.h"

// What is set while the engine runs, of all that is no topic.
namespace rill::engine {
namespace {

// Whoever can connect to a node can set some. They are read as a whole, and the catalogue, where
// they are kept, has to stay one that can be read.
constexpr std::size_t kMostResources = 10'000;
constexpr std::size_t kMostBytesOfOne = std::size_t{1} << 20;
constexpr std::size_t kMostBytes = std::size_t{8} << 20;

std::size_t SizeOf(const ConfigMap& configs) {
  std::size_t size = 0;
  for (const auto& [name, value] : configs) size += name.size() + value.size();
  return size;
}

absl::Status CheckSizes(const ResourceConfigs& all, const std::string& changed) {
  std::size_t size = 0;
  for (const auto& [resource, configs] : all) size += resource.size() + SizeOf(configs);
  const std::size_t of_one = SizeOf(all.at(changed));
  if (of_one <= kMostBytesOfOne && size <= kMostBytes && all.size() <= kMostResources) {
    return absl::OkStatus();
  }
  return ConfigError(fmt::format(
      "configs that are set while the engine runs: {} bytes of this resource, {} in all, of {} "
      "resources; there is room for {}, {} and {}: delete some first",
      of_one, size, all.size(), kMostBytesOfOne, kMostBytes, kMostResources));
}

}  // namespace

std::shared_ptr<const ResourceConfigs> LocalEngine::resource_configs() const {
  base::MutexLock lock(&resource_configs_mutex_);
  return resource_configs_;
}

void LocalEngine::ShowResourceConfigs(const ResourceConfigs& configs) {
  auto shared = std::make_shared<const ResourceConfigs>(configs);
  {
    base::MutexLock lock(&resource_configs_mutex_);
    resource_configs_.swap(shared);
  }
  resource_configs_version_.fetch_add(1);
}

// The engine's own, with those of `configs`.
absl::StatusOr<EngineConfig> LocalEngine::ConfigWith(const ResourceConfigs& configs) const {
  const ConfigLayers layers =
      BrokerLayers(config()->layers.given, configs, folder_->properties().node_id);
  return ParseEngineLayers(layers.Only(EngineConfigSpecs()));
}

void LocalEngine::TakeUpConfig(EngineConfig changed) {
  if (changed.layers == config()->layers) return;
  environment_->SetConfig(std::move(changed));
  const auto now = config();
  for (const auto& topic : topics(/*include_internal=*/true)) {
    const auto entry = image().topics().find(topic->name());
    if (entry != image().topics().end()) {
      topic->SetConfig(ResolveLogConfig(entry->second.configs, *now));
    }
  }
}

// Before there is any topic. What was set once, and does not go with what was given since, is left
// out, as by Kafka: whoever gives it must be able to open the engine.
void LocalEngine::ReadResourceConfigs() {
  const ResourceConfigs& configs = catalogue_->image().resource_configs();
  ShowResourceConfigs(configs);
  auto read = ConfigWith(configs);
  if (read.ok()) return TakeUpConfig(*std::move(read));
  Say(LogLevel::kError, fmt::format("what was set for the broker while it ran is left out: {}",
                                    std::string(read.status().message())));
}

// With what the broker would have.
absl::Status LocalEngine::CheckAllTopicConfigs(const EngineConfig& config) const {
  for (const auto& [name, topic] : image().topics()) {
    if (auto sound = CheckTopicConfigs(topic.configs, config); !sound.ok()) {
      return ConfigError(
          fmt::format("the topic {}: {}", name, std::string(sound.status().message())));
    }
  }
  return absl::OkStatus();
}

absl::Status LocalEngine::ReplaceResourceConfigs(const std::string& resource,
                                                 const ConfigsChange& change, bool only_validate) {
  if (auto may = CheckMayWrite(); !may.ok()) return may;
  absl::MutexLock lock(&change_mutex_);
  if (auto open = CheckOpen(); !open.ok()) return open;
  ResourceConfigs all = image().resource_configs();
  const ConfigMap own = ConfigsOf(all, resource);
  const auto configs = change(own);
  if (!configs.ok()) return configs.status();
  const ResourceConfigsChange command = {resource, *configs};
  if (!image().Check(command).ok()) {
    return ConfigError("the name or the value of a config has a line break, or the name a \"=\"");
  }
  all[resource] = *configs;
  if (configs->size() > own.size() || SizeOf(*configs) > SizeOf(own)) {
    if (auto fits = CheckSizes(all, resource); !fits.ok()) return fits;
  }
  auto changed = ConfigWith(all);
  if (!changed.ok()) return changed.status();
  if (resource.starts_with(kBrokerResources)) {
    if (auto sound = CheckAllTopicConfigs(*changed); !sound.ok()) return sound;
  }
  if (only_validate || *configs == own) return absl::OkStatus();
  if (auto committed = Commit(command); !committed.ok()) return committed;
  ShowResourceConfigs(image().resource_configs());
  TakeUpConfig(*std::move(changed));
  return absl::OkStatus();
}

}  // namespace rill::engine
