#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rill/export.h"
#include "rill/partition.h"

namespace rill {

namespace engine {
class TopicState;
struct TopicElsewhere;
}  // namespace engine

// How a topic is made.
struct TopicOptions {
  // At least 1. -1 takes num.partitions of the engine, or of the cluster's brokers.
  int partitions = -1;
  // Topic configs by Kafka's names ("retention.ms", "cleanup.policy", "flush.messages", ...); what
  // is not named keeps the engine's default. docs/reference/configs.md lists them with their
  // ranges; over a cluster its brokers say what they take.
  std::map<std::string, std::string> configs = {};
};

// Where a config's value comes from, as Kafka's tools name it. What a client of a node set for the
// broker, or for all brokers, is kept with the topics.
enum class ConfigSource {
  kDynamicTopicConfig,
  kStaticBrokerConfig,
  kDefaultConfig,
  kDynamicBrokerConfig,
  kDynamicDefaultBrokerConfig
};

struct ConfigValue {
  std::string value;
  ConfigSource source = ConfigSource::kDefaultConfig;
};

struct TopicDescription {
  std::string name;
  std::string id;  // Kafka's topic id: a UUID in URL-safe base 64, 22 characters
  bool is_internal = false;
  std::int32_t partitions = 0;
  std::map<std::string, ConfigValue> configs;  // every config that a topic has
};

// Told how far Engine::ImportTopic is: `done` of `total` bytes of log files. They are gone through
// twice, to be copied and to be checked, and each time counts half. `done` neither falls nor passes
// `total`, which is 0 where all files are empty. Runs in the thread that imports, about each MiB
// and at the end of each file: it should be quick, and must neither throw nor call the engine.
using ImportProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

// A topic of an engine: a handle, cheap to copy, thread-safe. It stays usable while the topic and
// the engine are there; after the topic is deleted its calls give NotFound
// (UNKNOWN_TOPIC_OR_PARTITION), after the engine is closed FailedPrecondition.
class RILL_EXPORT Topic {
 public:
  // No moves: a handle is never empty.
  Topic(const Topic&) = default;
  Topic& operator=(const Topic&) = default;

  const std::string& name() const;
  const std::string& id() const;
  // May grow while the engine runs. Over a cluster: as its engine saw it last, of which all calls
  // that name the topic are an occasion.
  std::int32_t partition_count() const;

  // The partition `index`, from 0. NotFound (UNKNOWN_TOPIC_OR_PARTITION) when there is none.
  // Unimplemented over a cluster, whose logs are its brokers'.
  absl::StatusOr<Partition> partition(std::int32_t index) const;

 private:
  friend class Engine;
  friend class Producer;
  friend struct TopicAccess;
  explicit Topic(std::shared_ptr<engine::TopicState> state);
  explicit Topic(std::shared_ptr<engine::TopicElsewhere> elsewhere);
  std::shared_ptr<engine::TopicState> state_;          // null: of a cluster
  std::shared_ptr<engine::TopicElsewhere> elsewhere_;  // null: of this process
};

}  // namespace rill
