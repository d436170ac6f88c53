#include "client/route.h"

#include <algorithm>
#include <utility>

#include "engine/partition_state.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {

std::int32_t Route::MoveOn(std::int32_t from, std::int32_t partitions) {
  // Among the others, each as likely; among all the first time.
  const bool known = from >= 0 && from < partitions && partitions > 1;
  std::int32_t next = random_.Below(known ? partitions - 1 : partitions);
  if (known && next >= from) ++next;
  if (sticky_.compare_exchange_strong(from, next, std::memory_order_relaxed)) return next;
  return from < partitions ? from : next;  // another thread has moved on
}

absl::StatusOr<PartitionQueue*> Route::MakeQueue(std::int32_t partition) {
  const std::int32_t count = topic_->partition_count();
  if (!topic_->deleted() && (partition < 0 || partition >= count)) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kUnknownTopicOrPartition,
                     fmt::format("topic {} has no partition {}: it has {}, counted from 0",
                                 topic_->name(), partition, count));
  }
  if (topic_->is_internal()) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidTopic,
                     fmt::format("{} is the engine's own and takes no records from applications",
                                 topic_->name()));
  }
  auto state = topic_->OpenPartition(partition);
  if (!state.ok()) return state.status();
  base::MutexLock lock(&mutex_);
  std::atomic<PartitionQueue*>& slot = SlotsFor(count)->queues[partition];
  if (PartitionQueue* const made = slot.load(std::memory_order_relaxed); made != nullptr) {
    return made;
  }
  auto queue = std::make_shared<PartitionQueue>(context_, topic_, **state);
  queues_.push_back(queue);
  slot.store(queue.get(), std::memory_order_release);
  return queue.get();
}

Route::Slots* Route::SlotsFor(std::int32_t count) {
  Slots* const current = slots_.load(std::memory_order_relaxed);
  if (current != nullptr && current->count >= count) return current;
  auto larger = std::make_unique<Slots>(count);
  for (std::int32_t i = 0; current != nullptr && i < current->count; ++i) {
    larger->queues[i].store(current->queues[i].load(std::memory_order_relaxed),
                            std::memory_order_relaxed);
  }
  all_slots_.push_back(std::move(larger));
  slots_.store(all_slots_.back().get(), std::memory_order_release);
  return all_slots_.back().get();
}

void Route::CollectQueues(std::vector<std::shared_ptr<PartitionQueue>>& queues) const {
  base::MutexLock lock(&mutex_);
  queues.insert(queues.end(), queues_.begin(), queues_.end());
}

Route* RouteTable::FindOrAdd(const std::shared_ptr<ProducerContext>& context,
                             const std::shared_ptr<engine::TopicState>& topic) {
  base::MutexLock lock(&mutex_);
  if (Route* const route = Find(*topic); route != nullptr) return route;
  const auto ordinal = static_cast<std::size_t>(topic->ordinal());
  Table* table = table_.load(std::memory_order_relaxed);
  if (table == nullptr || table->size <= ordinal) {
    const std::size_t size = std::max<std::size_t>({16, ordinal + 1, table ? 2 * table->size : 0});
    auto larger = std::make_unique<Table>(size);
    for (std::size_t i = 0; table != nullptr && i < table->size; ++i) {
      larger->routes[i].store(table->routes[i].load(std::memory_order_relaxed),
                              std::memory_order_relaxed);
    }
    table = larger.get();
    tables_.push_back(std::move(larger));
    table_.store(table, std::memory_order_release);
  }
  routes_.push_back(std::make_unique<Route>(context, topic));
  table->routes[ordinal].store(routes_.back().get(), std::memory_order_release);
  return routes_.back().get();
}

std::vector<std::shared_ptr<PartitionQueue>> RouteTable::Queues() const {
  std::vector<std::shared_ptr<PartitionQueue>> queues;
  base::MutexLock lock(&mutex_);
  for (const auto& route : routes_) route->CollectQueues(queues);
  return queues;
}

}  // namespace rill::client
