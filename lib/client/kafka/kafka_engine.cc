#include "client/kafka/kafka_engine.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "client/kafka/kafka_consumer.h"
#include "client/kafka/kafka_producer.h"
#include "client/kafka/status.h"
#include "client/remote/configs.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

constexpr std::int32_t kBrokersDefault = -1;
// How long brokers may take to learn what was changed, and how often they are asked.
constexpr absl::Duration kUntilSeen = absl::Seconds(30);
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(20);
// What an engine's Close gives its producers.
constexpr absl::Duration kLastSends = absl::Seconds(10);

ConfigSource SourceOf(std::int8_t source) {
  switch (static_cast<remote::ConfigSource>(source)) {
    case remote::ConfigSource::kDynamicTopic:
      return ConfigSource::kDynamicTopicConfig;
    case remote::ConfigSource::kDefault:
      return ConfigSource::kDefaultConfig;
    default:
      return ConfigSource::kStaticBrokerConfig;
  }
}

// Each partition has a leader to produce to.
bool IsReady(const remote::TopicDescription& topic) {
  return std::all_of(topic.partitions.begin(), topic.partitions.end(),
                     [](const auto& partition) { return partition.leader >= 0; });
}

absl::Status About(const std::string& topic, const absl::Status& status) {
  if (status.ok()) return status;
  return MakeError(status.code(), GetErrorCode(status),
                   fmt::format("topic \"{}\": {}", topic, std::string(status.message())));
}

}  // namespace

absl::Status KafkaEngine::Documented(const absl::Status& status) { return AsDocumented(status); }

absl::StatusOr<remote::TopicDescription> KafkaEngine::Describe(const std::string& name) {
  auto described =
      Admin([&](remote::AdminClient& client) { return remote::DescribeTopics(client, {name}); });
  if (!described.ok()) return About(name, described.status());
  if (described->size() == 1) return std::move(described->front());
  return MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition,
                   fmt::format("there is no topic \"{}\"", name));
}

absl::Status KafkaEngine::WaitUntilSeen(const std::string& name, const IsSeen& is_seen) {
  const absl::Time last = absl::Now() + kUntilSeen;
  for (;;) {
    const auto topic = Describe(name);
    if (is_seen(topic)) return absl::OkStatus();
    if (!topic.ok() && !absl::IsNotFound(topic.status())) return topic.status();
    if (absl::Now() >= last) {
      return MakeError(absl::StatusCode::kDeadlineExceeded, ErrorCode::kRequestTimedOut,
                       fmt::format("topic \"{}\": the change was made, but its brokers do not "
                                   "know of it after {}",
                                   name, absl::FormatDuration(kUntilSeen)));
    }
    absl::SleepFor(kBetweenLooks);
  }
}

ClusterTopicPtr KafkaEngine::Note(const remote::TopicDescription& topic) {
  const auto count = static_cast<std::int32_t>(topic.partitions.size());
  const std::string id = topic.id.ToString();
  absl::MutexLock lock(&mutex_);
  std::erase_if(topics_, [](const auto& entry) { return entry.second.expired(); });
  auto& known = topics_[topic.name];
  if (auto handle = known.lock(); handle != nullptr && handle->id == id) {
    handle->partition_count.store(count);
    return handle;
  }
  auto handle = std::make_shared<engine::TopicElsewhere>(topic.name, id, count);
  known = handle;
  return handle;
}

absl::StatusOr<ClusterTopicPtr> KafkaEngine::CreateTopic(const std::string& name,
                                                         const TopicOptions& options) {
  wire::CreateTopicsRequest::Topic topic;
  topic.name = name;
  topic.num_partitions = options.partitions;
  topic.replication_factor = kBrokersDefault;
  for (const auto& [config, value] : options.configs) topic.configs.push_back({config, value});
  auto created =
      Admin([&](remote::AdminClient& client) { return remote::CreateTopic(client, topic); });
  if (!created.ok()) return About(name, created);
  auto seen = WaitUntilSeen(
      name, [](const auto& described) { return described.ok() && IsReady(*described); });
  if (!seen.ok()) return seen;
  return FindTopic(name);
}

absl::StatusOr<ClusterTopicPtr> KafkaEngine::EnsureTopic(const std::string& name,
                                                         const TopicOptions& options) {
  auto found = FindTopic(name);
  if (found.ok() || !absl::IsNotFound(found.status())) return found;
  auto created = CreateTopic(name, options);
  // Somebody else was first.
  return absl::IsAlreadyExists(created.status()) ? FindTopic(name) : created;
}

absl::StatusOr<ClusterTopicPtr> KafkaEngine::FindTopic(const std::string& name) {
  const auto topic = Describe(name);
  if (!topic.ok()) return topic.status();
  return Note(*topic);
}

absl::Status KafkaEngine::DeleteTopic(const std::string& name) {
  auto deleted =
      Admin([&](remote::AdminClient& client) { return remote::DeleteTopics(client, {name}); });
  if (!deleted.ok()) return About(name, deleted);
  return WaitUntilSeen(name, [](const auto& described) { return !described.ok(); });
}

std::vector<std::string> KafkaEngine::ListTopics(bool include_internal) {
  const auto topics = Admin([](remote::AdminClient& client) { return remote::ListTopics(client); });
  if (!topics.ok()) {
    environment_->Say(LogLevel::kError, "topics cannot be listed: " + topics.status().ToString());
    return {};
  }
  std::vector<std::string> names;
  for (const remote::TopicListing& topic : *topics) {
    if (include_internal || !topic.is_internal) names.push_back(topic.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<TopicDescription> KafkaEngine::DescribeTopic(const std::string& name) {
  const auto topic = Describe(name);
  if (!topic.ok()) return topic.status();
  const auto configs = Admin([&](remote::AdminClient& client) {
    return remote::DescribeConfigs(client, {{remote::ResourceType::kTopic, name}}, false);
  });
  if (!configs.ok()) return About(name, configs.status());
  const ClusterTopicPtr handle = Note(*topic);
  TopicDescription description{name, handle->id, topic->is_internal, handle->partition_count, {}};
  for (const remote::ConfigEntry& entry : configs->front()) {
    description.configs[entry.name] = {entry.value.value_or(""), SourceOf(entry.config_source)};
  }
  return description;
}

absl::Status KafkaEngine::CreatePartitions(const std::string& name, int total) {
  auto grown = Admin([&](remote::AdminClient& client) {
    return remote::CreatePartitions(client, {{name, total, std::nullopt}});
  });
  if (!grown.ok()) return About(name, grown);
  auto seen = WaitUntilSeen(name, [total](const auto& topic) {
    return topic.ok() && topic->partitions.size() >= static_cast<std::size_t>(total) &&
           IsReady(*topic);
  });
  return seen.ok() ? FindTopic(name).status() : seen;
}

absl::Status KafkaEngine::AlterTopicConfigs(const std::string& name, const Changes& changes) {
  std::vector<remote::ConfigChange> operations;
  for (const auto& [config, value] : changes) {
    operations.push_back({config, value ? remote::kSetConfig : remote::kDeleteConfig, value});
  }
  return About(
      name, Admin([&](remote::AdminClient& client) {
        return remote::AlterConfigs(client, {remote::ResourceType::kTopic, name}, operations);
      }));
}

absl::StatusOr<std::shared_ptr<ClusterProducer>> KafkaEngine::NewProducer(
    const ProducerOptions& options) {
  if (auto open = environment_->CheckOpen(); !open.ok()) return open;
  auto producer = KafkaProducer::Create(environment_, options);
  if (!producer.ok()) return producer.status();
  absl::MutexLock lock(&mutex_);
  std::erase_if(producers_, [](const auto& known) { return known.expired(); });
  producers_.push_back(*producer);
  return producer;
}

absl::StatusOr<std::unique_ptr<ClusterConsumer>> KafkaEngine::NewConsumer(
    const ConsumerOptions& options) {
  if (auto open = environment_->CheckOpen(); !open.ok()) return open;
  return KafkaConsumer::Create(environment_, options);
}

absl::Status KafkaEngine::Close() {
  std::vector<std::weak_ptr<ClusterProducer>> producers;
  {
    absl::MutexLock lock(&mutex_);
    producers.swap(producers_);
  }
  absl::Status first_failure;
  const absl::Time last = absl::Now() + kLastSends;
  for (const auto& known : producers) {
    const auto producer = known.lock();
    if (producer != nullptr) first_failure.Update(producer->Close(last - absl::Now()));
  }
  for (const auto& producer : environment_->TakeKept()) {
    first_failure.Update(producer->Close(last - absl::Now()));
  }
  environment_->SetClosed();
  return first_failure;
}

}  // namespace rill::client
