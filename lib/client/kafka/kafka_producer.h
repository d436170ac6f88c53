#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/cluster.h"
#include "client/kafka/client_config.h"
#include "client/kafka/handles.h"
#include "client/pending_batch.h"
#include "client/producer_context.h"

namespace rill::client {

// A producer of librdkafka. Delivery reports come in a thread of librdkafka's (its background
// queue), so that nobody has to ask for them. Thread-safe.
//
// It lives as long as the last PendingSend of it, but its librdkafka client goes with Close: that
// waits until all records are reported and nobody uses the client any more (records_ and users_ are
// empty), for the client cannot go from within a callback of its own.
class KafkaProducer final : public ClusterProducer,
                            public SenderElsewhere,
                            private KafkaClientOwner,
                            public std::enable_shared_from_this<KafkaProducer> {
 public:
  // InvalidArgument (INVALID_CONFIG) for options out of range.
  static absl::StatusOr<std::shared_ptr<KafkaProducer>> Create(
      std::shared_ptr<ClusterEnvironment> environment, const ProducerOptions& options);
  KafkaProducer(std::shared_ptr<ClusterEnvironment> environment, const ProducerOptions& options);
  ~KafkaProducer() override;

  PendingSend Send(const ClusterTopicPtr& topic, const ProducerRecord& record,
                   DeliveryCallback* callback) override;
  absl::Status Flush(absl::Duration timeout) override;
  absl::Status Close(absl::Duration timeout) override;
  void Abandon() override;

  absl::Status Finish(const PendingBatch& batch, absl::Duration timeout) override;

 private:
  // A record that librdkafka has: the opaque of its message.
  struct Sending;
  // While it lives, the client stays. Null where it is gone.
  class ClientInUse;

  static void OnEvent(rd_kafka_t* client, rd_kafka_event_t* event, void* opaque);
  void Report(rd_kafka_event_t* event);
  absl::StatusOr<RecordMetadata> ResultOf(const rd_kafka_message_t& message);

  // What is wrong with a record before it is librdkafka's.
  absl::Status Check(const ClusterTopicPtr& topic, const ProducerRecord& record,
                     std::int64_t timestamp_ms) const;
  absl::StatusOr<std::int32_t> ChoosePartition(const ClusterTopicPtr& topic,
                                               const ProducerRecord& record) const;
  // librdkafka's topic of that name, whose metadata it has asked for; null where it refuses that.
  rd_kafka_topic_t* TopicOf(rd_kafka_t* client, const std::string& name)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Hands it over; waits for room, at most max_block.
  absl::Status Produce(rd_kafka_t* client, rd_kafka_topic_t* to, const ClusterTopicPtr& topic,
                       const ProducerRecord& record, std::int64_t timestamp_ms, Sending* sending);
  absl::Status Failed(absl::Status status);
  bool IsClosed();
  void Forget(std::uint64_t round, std::uint64_t records);

  // Makes librdkafka send what lingers, until all of the rounds before `round` is reported.
  absl::Status FlushUntil(std::uint64_t round, absl::Time deadline);
  bool IsReported(std::uint64_t before) const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return records_.empty() || records_.begin()->first >= before;
  }
  void Destroy();

  const ProducerOptions options_;
  bool lingers_ = false;         // by the options, or by configs; set before it is used
  const bool asks_partitioner_;  // the application's
  FirstFailure failures_;
  std::shared_ptr<const TopicPartition> last_reported_;  // by librdkafka's background thread

  absl::Mutex mutex_;
  KafkaClient client_ ABSL_GUARDED_BY(mutex_);
  KafkaQueue background_ ABSL_GUARDED_BY(mutex_);
  // Those that were sent to, by name; they go before the client.
  absl::flat_hash_map<std::string, KafkaTopic> topics_ ABSL_GUARDED_BY(mutex_);
  int users_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;  // and nobody has closed it since
  // Records that are not reported yet, by the Flushes that were called before them.
  std::uint64_t round_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::uint64_t, std::uint64_t> records_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::client
