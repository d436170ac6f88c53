#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/group/consumer_group_events.h"
#include "engine/local_engine.h"

namespace rill::engine {

// The engine's topics, as its groups see them. Weak: whoever asks is the engine's.
class EngineTopics final : public GroupTopics {
 public:
  explicit EngineTopics(std::weak_ptr<const LocalEngine> engine) : engine_(std::move(engine)) {}

  std::uint64_t version() const override {
    const auto engine = engine_.lock();
    return engine == nullptr ? 0 : engine->topics_version();
  }
  std::optional<GroupTopic> Find(const std::string& name) const override {
    const auto engine = engine_.lock();
    if (engine == nullptr) return std::nullopt;
    const auto topic = engine->TopicOrNull(name);
    if (topic == nullptr) return std::nullopt;
    return GroupTopic{topic->uuid(), topic->partition_count()};
  }
  std::vector<std::string> Names() const override {
    const auto engine = engine_.lock();
    return engine == nullptr ? std::vector<std::string>()
                             : engine->ListTopics(/*include_internal=*/true);
  }

 private:
  const std::weak_ptr<const LocalEngine> engine_;
};

}  // namespace rill::engine
