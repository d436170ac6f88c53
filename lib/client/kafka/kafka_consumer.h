#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/async_commits.h"
#include "client/cluster.h"
#include "client/kafka/client_config.h"
#include "client/kafka/gathered_records.h"
#include "client/kafka/handles.h"
#include "client/subscription.h"

namespace rill::client {

// A consumer of librdkafka. That one fetches, and is the member of the group; positions and commits
// are kept here, by the rules of rill::Consumer. Not thread-safe, but for Wakeup.
class KafkaConsumer final : public ClusterConsumer, private KafkaClientOwner {
 public:
  // InvalidArgument for options out of range.
  static absl::StatusOr<std::unique_ptr<ClusterConsumer>> Create(
      std::shared_ptr<ClusterEnvironment> environment, const ConsumerOptions& options);
  KafkaConsumer(std::shared_ptr<ClusterEnvironment> environment, const ConsumerOptions& options);
  ~KafkaConsumer() override;

  absl::Status Subscribe(const std::vector<std::string>& topics) override;
  absl::Status SubscribePattern(const std::string& pattern) override;
  absl::Status Unsubscribe() override;
  absl::Status Assign(const Partitions& partitions) override;
  std::vector<std::string> subscription() const override;
  Partitions assignment() const override;
  std::string member_id() const override;
  absl::Status Close() override;

  // kafka_consumer_poll.cc
  absl::StatusOr<Records> Poll(absl::Duration timeout) override;
  void Wakeup() override;

  // kafka_consumer_positions.cc
  absl::Status Seek(const Partitions& partitions, const SeekTarget& target) override;
  absl::StatusOr<std::int64_t> Position(const TopicPartition& partition) override;
  absl::StatusOr<std::int64_t> Lag(const TopicPartition& partition) override;
  absl::Status SetPaused(const Partitions& partitions, bool paused) override;
  Partitions paused() const override;

  // kafka_consumer_commits.cc
  absl::StatusOr<OffsetAndMetadata> Committed(const TopicPartition& partition) override;
  absl::Status Commit(std::optional<Offsets> offsets) override;
  void CommitAsync(std::optional<Offsets> offsets, Consumer::CommitCallback callback) override;

 private:
  enum class Mode { kNothing, kAssigned, kSubscribed };
  struct Assigned {
    std::shared_ptr<const TopicPartition> name;
    std::optional<std::int64_t> position = {};
    bool is_paused = false;
    // librdkafka is elsewhere, or is not fetching: what comes of it meanwhile is not wanted.
    bool must_seek = false;
    int seeks_refused = 0;  // in a row
    // Why it cannot be read; until somebody moves it.
    absl::Status trouble = {};
  };
  using Listener = std::function<void(const Partitions&)>;

  absl::Status MakeClient();
  void DestroyClient();
  absl::Status CheckOpen() const;
  // CheckOpen, for calls that may not be made from within a listener or a CommitCallback.
  absl::Status CheckMayChange() const;
  absl::Status CheckGroup() const;
  absl::Status BecomeSubscribed(Subscription subscription, const Partitions& names);
  absl::Status BecomeNothing();
  absl::Status CheckAllExist(const Partitions& partitions);
  void Tell(const Listener& listener, const Partitions& partitions);

  // kafka_consumer_rebalance.cc
  static void OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t error,
                          rd_kafka_topic_partition_list_t* partitions, void* opaque);
  void TakePartitions(const Partitions& partitions);
  void LosePartitions(const Partitions& partitions);
  void GoOn(const Partitions& partitions);
  void Drop(const Partitions& partitions);
  bool IsCooperative() const;
  // Tells librdkafka which partitions to fetch, in addition to or instead of those that it has, as
  // the group's protocol wants it.
  void Fetch(const Partitions& partitions);
  void StopFetching(const Partitions& partitions);

  absl::Status WhileWaiting();
  // librdkafka 2.0 does not tell that a topic is gone.
  void LookForDeleted();
  absl::Status FirstTrouble() const;
  void Gather(absl::Duration wait);
  void Take(const rd_kafka_message_t& message);
  void TakeRecord(const rd_kafka_message_t& message, Assigned& partition);
  void TakeError(const rd_kafka_message_t& message, Assigned* partition);
  bool IsFull() const;
  absl::StatusOr<Records> Gathered();

  Assigned* FindAssigned(const TopicPartition& name);
  absl::StatusOr<std::vector<Assigned*>> FindAll(const Partitions& names);
  // Decides where to begin in those of `partitions` that have no position. A partition that has
  // nowhere to begin is in trouble; the status is of what could not be asked.
  absl::Status DecidePositions(const Partitions& partitions);
  absl::StatusOr<std::map<TopicPartition, std::int64_t>> OffsetsAt(const Partitions& partitions,
                                                                   std::int64_t time_ms);
  void MoveTo(Assigned& partition, std::int64_t offset);
  // Takes librdkafka to the positions that it is not at.
  absl::Status ApplySeeks();
  KafkaPartitions ListOf(const Partitions& partitions) const;
  KafkaPartitions ListOfPositions(const Partitions& partitions) const;

  Offsets PositionsToCommit() const;
  absl::Status Check(const TopicPartition& partition, const OffsetAndMetadata& committed);
  absl::Status Store(const Offsets& offsets);
  absl::StatusOr<Offsets> FetchCommitted(const Partitions& partitions);
  void RunAsyncCommits();
  absl::Status AutoCommit();
  void NoteAutoCommit(const absl::Status& status);
  void AutoCommitIfDue();

  const ConsumerOptions options_;
  Mode mode_ = Mode::kNothing;
  bool closed_ = false;
  bool must_assign_ = false;  // by hand, with the next Poll
  bool is_group_cooperative_ = false;
  Subscription subscription_;
  std::map<TopicPartition, Assigned> assigned_;
  AsyncCommits async_commits_;
  Offsets stored_;  // what this consumer committed last
  absl::Time next_auto_commit_ = absl::InfinitePast();
  absl::Status last_auto_commit_;
  absl::Time next_look_ = absl::InfinitePast();  // for deleted topics
  // What the Poll at work has so far: positions move when it returns, so that nothing is committed
  // that the application has not seen.
  std::map<TopicPartition, GatheredRecords> gathered_;
  std::size_t gathered_records_ = 0;
  std::size_t gathered_size_ = 0;
  absl::Status failure_;  // of a Poll, for the first that has no records to give

  std::atomic<bool> is_woken_ = false;
  absl::Mutex queue_mutex_;  // between Wakeup and the end of the client
  KafkaQueue queue_ ABSL_GUARDED_BY(queue_mutex_);
  KafkaClient client_;
};

}  // namespace rill::client
