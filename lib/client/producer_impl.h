#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/wakeup.h"
#include "client/linger_task.h"
#include "client/producer_context.h"
#include "client/route.h"
#include "engine/local_engine.h"
#include "rill/producer.h"

namespace rill::client {

struct ClaimedRecord {
  std::shared_ptr<log::PartitionLog> log;
  std::unique_ptr<log::ClaimedBatch> batch;  // null once published; goes before the log
  std::shared_ptr<ProducerContext> context;
  TopicPartition where;
  std::int64_t timestamp_ms = kNoTimestamp;
};

// InvalidArgument (INVALID_CONFIG) names the option that is out of range, wherever the topics are.
absl::Status CheckProducerOptions(const ProducerOptions& options);

// What is behind rill::Producer. Two ways to the log: without linger, compression and idempotence a
// record is appended there and then (SendNow); otherwise it goes through its partition's queue.
class ProducerImpl {
 public:
  // InvalidArgument for options out of range.
  static absl::StatusOr<std::shared_ptr<ProducerImpl>> Create(
      std::shared_ptr<engine::LocalEngine> engine, const ProducerOptions& options);
  ~ProducerImpl();

  using TopicPtr = std::shared_ptr<engine::TopicState>;
  PendingSend Send(const TopicPtr& topic, const ProducerRecord& record);
  void Send(const TopicPtr& topic, const ProducerRecord& record, DeliveryCallback callback);
  absl::StatusOr<std::unique_ptr<ClaimedRecord>> Claim(const TopicPtr& topic,
                                                       const ProducerRecord& record,
                                                       std::size_t value_size);
  absl::Status Flush(absl::Duration timeout);
  absl::Status Close(absl::Duration timeout);

  // Of the engine.
  bool is_in_child() const { return context_->engine->is_in_child(); }
  absl::Status CheckOpen() const { return context_->engine->CheckOpen(); }

 private:
  enum class PartitionerKind { kKafkaDefault, kRoundRobin, kCallable };

  ProducerImpl(std::shared_ptr<engine::LocalEngine> engine, const ProducerOptions& options);

  // Where a record goes, when, and how.
  struct Target {
    Route* route = nullptr;
    PartitionQueue* queue = nullptr;
    RecordData data;
    std::int64_t now_nanos = 0;
    std::size_t size = 0;    // at most, in a batch
    bool is_sticky = false;  // the partition was chosen by the route
  };
  absl::Status Find(const TopicPtr& topic, const ProducerRecord& record, std::size_t value_size,
                    Target& target);
  absl::StatusOr<Route*> FindRoute(const TopicPtr& topic);
  absl::StatusOr<std::int32_t> AskPartitioner(const ProducerRecord& record, Target& target) const;
  absl::Status CheckSize(const Target& target) const;
  // Says that a record went to `target`; `filled` its batch, where it went through a queue.
  void CountSent(const Target& target, bool filled) const;

  absl::StatusOr<AppendResult> SendNow(const Target& target) const;
  PartitionQueue::Added SendQueued(Target& target, DeliveryCallback* callback);
  PartitionQueue::Added AddWithRoom(const Target& target, DeliveryCallback* callback,
                                    std::size_t wanted);
  absl::Status FlushQueues(base::Deadline deadline);
  // Until the Close in another thread has ended.
  absl::Status WaitUntilClosed(base::Deadline deadline);
  absl::Status Failed(absl::Status status) const;
  // The same for what no log has had yet, and counted.
  absl::Status Refused(absl::Status status) const;

  const std::shared_ptr<ProducerContext> context_;
  const PartitionerKind partitioner_;
  const bool sends_now_;
  const std::size_t sticky_limit_;  // bytes until records without a key go to another partition
  RouteTable routes_;
  std::shared_ptr<LingerTask> linger_task_;  // null without linger
  std::atomic<bool> close_ended_ = false;
  base::Wakeup close_ends_;
};

}  // namespace rill::client
