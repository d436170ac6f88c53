#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "client/cluster.h"
#include "client/kafka/environment.h"
#include "client/remote/topics.h"

namespace rill::client {

// An engine over a cluster elsewhere: its topics and groups are asked for by an admin client, its
// producers and consumers are librdkafka's. Thread-safe.
class KafkaEngine : public ClusterEngine {
 public:
  explicit KafkaEngine(std::shared_ptr<ClusterEnvironment> environment)
      : environment_(std::move(environment)) {}

  absl::StatusOr<ClusterTopicPtr> CreateTopic(const std::string& name,
                                              const TopicOptions& options) override;
  absl::StatusOr<ClusterTopicPtr> EnsureTopic(const std::string& name,
                                              const TopicOptions& options) override;
  absl::StatusOr<ClusterTopicPtr> FindTopic(const std::string& name) override;
  absl::Status DeleteTopic(const std::string& name) override;
  std::vector<std::string> ListTopics(bool include_internal) override;
  absl::StatusOr<TopicDescription> DescribeTopic(const std::string& name) override;
  absl::Status CreatePartitions(const std::string& name, int total) override;
  absl::Status AlterTopicConfigs(const std::string& name, const Changes& changes) override;
  absl::StatusOr<std::shared_ptr<ClusterProducer>> NewProducer(
      const ProducerOptions& options) override;
  absl::StatusOr<std::unique_ptr<ClusterConsumer>> NewConsumer(
      const ConsumerOptions& options) override;
  // kafka_engine_groups.cc
  std::vector<GroupListing> ListGroups() override;
  absl::StatusOr<GroupDescription> DescribeGroup(const std::string& group) override;
  absl::Status DeleteGroup(const std::string& group) override;
  absl::StatusOr<std::map<TopicPartition, OffsetAndMetadata>> CommittedOffsets(
      const std::string& group) override;
  absl::Status Close() override;

 private:
  // Asks the admin client, of an engine that is open; errors are of the kinds that rill documents.
  template <typename Ask>
  auto Admin(Ask ask) -> decltype(ask(std::declval<remote::AdminClient&>())) {
    if (auto open = environment_->CheckOpen(); !open.ok()) return open;
    auto answer = environment_->WithAdmin(std::move(ask));
    return Documented(std::move(answer));
  }
  static absl::Status Documented(const absl::Status& status);
  template <typename T>
  static absl::StatusOr<T> Documented(absl::StatusOr<T> answer) {
    if (answer.ok()) return answer;
    return Documented(answer.status());
  }

  absl::StatusOr<remote::TopicDescription> Describe(const std::string& name);
  // Waits until brokers know what the controller was told: each learns of it a little later.
  using IsSeen = std::function<bool(const absl::StatusOr<remote::TopicDescription>&)>;
  absl::Status WaitUntilSeen(const std::string& name, const IsSeen& is_seen);
  // The one handle of the topic, with what is known of it now.
  ClusterTopicPtr Note(const remote::TopicDescription& topic);

  const std::shared_ptr<ClusterEnvironment> environment_;
  absl::Mutex mutex_;
  std::map<std::string, std::weak_ptr<engine::TopicElsewhere>> topics_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::weak_ptr<ClusterProducer>> producers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::client
