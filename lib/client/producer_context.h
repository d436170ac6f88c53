#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/budget.h"
#include "base/clock_reader.h"
#include "base/mutex.h"
#include "base/sleep_timer.h"
#include "base/wakeup.h"
#include "client/pending_batch.h"
#include "engine/local_engine.h"
#include "rill/producer.h"

namespace rill::client {

// Memory for records that wait (ProducerOptions::buffer_memory). Thread-safe.
class BufferMemory {
 public:
  BufferMemory(const ProducerOptions& options, base::Budget* engine_budget)
      : cap_(options.buffer_memory), max_block_(options.max_block), engine_budget_(engine_budget) {}

  // Takes `amount` for records of `where`. DeadlineExceeded (REQUEST_TIMED_OUT), naming
  // buffer_memory, when that is full; ResourceExhausted when the engine's buffers are.
  absl::Status TryTake(std::size_t amount, const TopicPartition& where);
  void GiveBack(std::size_t amount);
  // Waits until `amount` may be taken. False when `deadline` passed first. `timer` is told when it
  // falls asleep.
  bool WaitFor(std::size_t amount, base::Deadline deadline, base::SleepTimer& timer);

  std::size_t cap() const { return cap_; }

 private:
  bool Fits(std::size_t amount) const { return used_.load() + amount <= cap_; }

  const std::size_t cap_;
  const absl::Duration max_block_;
  base::Budget* const engine_budget_;
  std::atomic<std::size_t> used_ = 0;
  base::Wakeup freed_;
};

// The first failure since somebody asked. Thread-safe.
class FirstFailure {
 public:
  void Note(const absl::Status& status) {
    base::MutexLock lock(&mutex_);
    if (first_.ok()) first_ = status;
  }
  absl::Status Take() {
    base::MutexLock lock(&mutex_);
    return std::exchange(first_, absl::OkStatus());
  }

 private:
  base::Mutex mutex_;
  absl::Status first_ ABSL_GUARDED_BY(mutex_);
};

absl::Status ProducerClosed();

// What a producer's queues share.
struct ProducerContext {
  ProducerContext(std::shared_ptr<engine::LocalEngine> engine, const ProducerOptions& options);

  const std::shared_ptr<engine::LocalEngine> engine;
  const ProducerOptions options;
  const base::ClockReader clock;
  const std::shared_ptr<BatchPool> pool;
  // With idempotence, else kNoProducerId.
  std::int64_t producer_id = kNoProducerId;
  BufferMemory memory;
  FirstFailure failures;
  // Set once, before all queues are flushed for the last time. A queue looks at it under its lock:
  // a record that was added without seeing it is seen by that flush.
  std::atomic<bool> closed = false;

  // The producer was destroyed in a callback. Nobody closes it, and no maintenance comes: whoever
  // is sending sends all.
  std::atomic<bool> abandoned = false;

  // Asks the maintenance to come when the batch that was begun now is due. In steady state one
  // comparison: the maintenance comes once per linger, and finds out itself what is due next.
  void NoteDue(std::int64_t due_nanos);
  // When the maintenance was asked to come, as far as NoteDue knows; INT64_MAX: it was not.
  std::atomic<std::int64_t> next_visit_nanos = INT64_MAX;
};

}  // namespace rill::client
