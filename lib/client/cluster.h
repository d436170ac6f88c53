#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/fork_mark.h"
#include "base/wakeup.h"
#include "engine/topic_elsewhere.h"
#include "rill/consumer.h"
#include "rill/engine.h"
#include "rill/options.h"
#include "rill/producer.h"

// What is behind the public Engine, Producer and Consumer where the topics are a cluster's. The
// public classes hold either one of these or what is of this process, so that a call within this
// process goes through no table of functions. The contracts are those of the public headers.
namespace rill::client {

inline constexpr std::string_view kClusterScheme = "kafka://";

using ClusterTopicPtr = std::shared_ptr<engine::TopicElsewhere>;

// Whose child of fork() the process is: nothing of a cluster's client is to be used or destroyed
// there, for its threads are the parent's.
class OfOneProcess {
 public:
  bool is_in_child() const { return !fork_mark_.IsOwn(); }
  static absl::Status WhyInChild();

 private:
  const base::ForkMark fork_mark_;
};

// Thread-safe.
class ClusterProducer : public OfOneProcess {
 public:
  virtual ~ClusterProducer() = default;
  // `callback` may be null, else it is taken.
  virtual PendingSend Send(const ClusterTopicPtr& topic, const ProducerRecord& record,
                           DeliveryCallback* callback) = 0;
  virtual absl::Status Flush(absl::Duration timeout) = 0;
  virtual absl::Status Close(absl::Duration timeout) = 0;
  // As Close, for a producer that nobody will use any more; does not wait from within a
  // DeliveryCallback.
  virtual void Abandon() = 0;
};

// Where a consumer moves to.
struct SeekTarget {
  enum class Kind { kOffset, kBeginning, kEnd, kTime };
  Kind kind = Kind::kOffset;
  std::int64_t offset = 0;  // of kOffset
  absl::Time time = {};     // of kTime
};

// Not thread-safe, but for Wakeup.
class ClusterConsumer : public OfOneProcess {
 public:
  using Partitions = std::vector<TopicPartition>;
  using Offsets = std::map<TopicPartition, OffsetAndMetadata>;

  virtual ~ClusterConsumer() = default;
  virtual absl::Status Subscribe(const std::vector<std::string>& topics) = 0;
  virtual absl::Status SubscribePattern(const std::string& pattern) = 0;
  virtual absl::Status Unsubscribe() = 0;
  virtual absl::Status Assign(const Partitions& partitions) = 0;
  virtual std::vector<std::string> subscription() const = 0;
  virtual Partitions assignment() const = 0;
  virtual absl::StatusOr<Records> Poll(absl::Duration timeout) = 0;
  virtual void Wakeup() = 0;
  virtual absl::Status Seek(const Partitions& partitions, const SeekTarget& target) = 0;
  virtual absl::StatusOr<std::int64_t> Position(const TopicPartition& partition) = 0;
  virtual absl::StatusOr<OffsetAndMetadata> Committed(const TopicPartition& partition) = 0;
  virtual absl::StatusOr<std::int64_t> Lag(const TopicPartition& partition) = 0;
  virtual absl::Status SetPaused(const Partitions& partitions, bool paused) = 0;
  virtual Partitions paused() const = 0;
  virtual absl::Status Commit(std::optional<Offsets> offsets) = 0;
  virtual void CommitAsync(std::optional<Offsets> offsets, Consumer::CommitCallback callback) = 0;
  virtual std::string member_id() const = 0;
  virtual absl::Status Close() = 0;
};

// Thread-safe.
class ClusterEngine : public OfOneProcess {
 public:
  using Changes = std::map<std::string, std::optional<std::string>>;

  virtual ~ClusterEngine() = default;
  virtual absl::StatusOr<ClusterTopicPtr> CreateTopic(const std::string& name,
                                                      const TopicOptions& options) = 0;
  virtual absl::StatusOr<ClusterTopicPtr> EnsureTopic(const std::string& name,
                                                      const TopicOptions& options) = 0;
  virtual absl::StatusOr<ClusterTopicPtr> FindTopic(const std::string& name) = 0;
  virtual absl::Status DeleteTopic(const std::string& name) = 0;
  virtual std::vector<std::string> ListTopics(bool include_internal) = 0;
  virtual absl::StatusOr<TopicDescription> DescribeTopic(const std::string& name) = 0;
  virtual absl::Status CreatePartitions(const std::string& name, int total) = 0;
  virtual absl::Status AlterTopicConfigs(const std::string& name, const Changes& changes) = 0;
  virtual absl::StatusOr<std::shared_ptr<ClusterProducer>> NewProducer(
      const ProducerOptions& options) = 0;
  virtual absl::StatusOr<std::unique_ptr<ClusterConsumer>> NewConsumer(
      const ConsumerOptions& options) = 0;
  virtual std::vector<GroupListing> ListGroups() = 0;
  virtual absl::StatusOr<GroupDescription> DescribeGroup(const std::string& group) = 0;
  virtual absl::Status DeleteGroup(const std::string& group) = 0;
  virtual absl::StatusOr<std::map<TopicPartition, OffsetAndMetadata>> CommittedOffsets(
      const std::string& group) = 0;
  virtual absl::Status Close() = 0;
};

// The cluster that "kafka://host:port[,...]" names. Unimplemented of a rill that was built without
// librdkafka; else as rill::Open.
absl::StatusOr<std::shared_ptr<ClusterEngine>> OpenCluster(const std::string& where,
                                                           const Options& options);

}  // namespace rill::client
