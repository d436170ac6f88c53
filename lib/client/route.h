#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "client/partition_queue.h"
#include "client/producer_context.h"
#include "client/random.h"
#include "engine/topic_state.h"

namespace rill::client {

// A producer's way to one topic: its queues, made when first used, and where the next record
// without a key goes. Looking a queue up takes no lock. Thread-safe.
class Route {
 public:
  Route(std::shared_ptr<ProducerContext> context, std::shared_ptr<engine::TopicState> topic)
      : context_(std::move(context)), topic_(std::move(topic)) {}

  engine::TopicState& topic() const { return *topic_; }

  // The queue of `partition`, or null when it has to be made.
  PartitionQueue* FindQueue(std::int32_t partition) const {
    const Slots* const slots = slots_.load(std::memory_order_acquire);
    if (slots == nullptr || partition < 0 || partition >= slots->count) return nullptr;
    return slots->queues[partition].load(std::memory_order_acquire);
  }
  // Makes it. InvalidArgument (UNKNOWN_TOPIC_OR_PARTITION) when the topic has no such partition;
  // or why its log cannot be opened.
  absl::StatusOr<PartitionQueue*> MakeQueue(std::int32_t partition);

  // The partition for records without a key, until MoveOn.
  std::int32_t Sticky(std::int32_t partitions) {
    const std::int32_t current = sticky_.load(std::memory_order_relaxed);
    return current < partitions && current >= 0 ? current : MoveOn(current, partitions);
  }
  // Chooses another partition than `from`, unless that was left already.
  std::int32_t MoveOn(std::int32_t from, std::int32_t partitions);
  // Counts bytes sent to the sticky partition; true, and then from zero, where they filled a batch
  // or are `limit` in all.
  bool CountSticky(std::size_t bytes, std::size_t limit, bool filled) {
    // Two threads may count over each other: then the batch's worth is a little more.
    const std::size_t sum = sticky_bytes_.load(std::memory_order_relaxed) + bytes;
    const bool is_worth = filled || sum >= limit;
    sticky_bytes_.store(is_worth ? 0 : sum, std::memory_order_relaxed);
    return is_worth;
  }

  std::int32_t RoundRobin(std::int32_t partitions) {
    const std::uint32_t turn = turn_.fetch_add(1, std::memory_order_relaxed);
    return static_cast<std::int32_t>(turn % static_cast<std::uint32_t>(partitions));
  }

  // Adds the queues that there are now to `queues`.
  void CollectQueues(std::vector<std::shared_ptr<PartitionQueue>>& queues) const;

 private:
  struct Slots {
    explicit Slots(std::int32_t n) : count(n), queues(new std::atomic<PartitionQueue*>[n]()) {}
    const std::int32_t count;
    const std::unique_ptr<std::atomic<PartitionQueue*>[]> queues;
  };

  Slots* SlotsFor(std::int32_t count) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<ProducerContext> context_;
  const std::shared_ptr<engine::TopicState> topic_;

  // Published with release stores and never changed back; what a larger one replaced stays, for a
  // reader may be in it (partitions only grow, and rarely).
  std::atomic<Slots*> slots_ = nullptr;
  std::atomic<std::int32_t> sticky_ = -1;
  std::atomic<std::size_t> sticky_bytes_ = 0;
  std::atomic<std::uint32_t> turn_ = 0;
  Random random_;

  mutable base::Mutex mutex_;
  std::vector<std::unique_ptr<Slots>> all_slots_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<PartitionQueue>> queues_ ABSL_GUARDED_BY(mutex_);
};

// A producer's routes, by TopicState::ordinal. Finding one takes no lock. A route stays until the
// producer goes, also that of a deleted topic, for a thread may be on it. Thread-safe.
class RouteTable {
 public:
  Route* Find(const engine::TopicState& topic) const {
    const Table* const table = table_.load(std::memory_order_acquire);
    const auto ordinal = static_cast<std::size_t>(topic.ordinal());
    if (table == nullptr || ordinal >= table->size) return nullptr;
    Route* const route = table->routes[ordinal].load(std::memory_order_acquire);
    return route != nullptr && &route->topic() == &topic ? route : nullptr;
  }

  Route* FindOrAdd(const std::shared_ptr<ProducerContext>& context,
                   const std::shared_ptr<engine::TopicState>& topic);

  std::vector<std::shared_ptr<PartitionQueue>> Queues() const;

 private:
  struct Table {
    explicit Table(std::size_t n) : size(n), routes(new std::atomic<Route*>[n]()) {}
    const std::size_t size;
    const std::unique_ptr<std::atomic<Route*>[]> routes;
  };

  std::atomic<Table*> table_ = nullptr;  // as Route::slots_
  mutable base::Mutex mutex_;
  std::vector<std::unique_ptr<Table>> tables_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Route>> routes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::client
