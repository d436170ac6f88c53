#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "base/counter.h"
#include "base/uuid.h"
#include "engine/local_engine.h"
#include "engine/topic_state.h"
#include "rill/error.h"

namespace rill::net {

// Partitions that Produce and Fetch named, each time that they did, and those among them where that
// failed as it should not have.
struct PartitionRequests {
  std::uint64_t produced = 0;
  std::uint64_t fetched = 0;
  std::uint64_t failed_produces = 0;
  std::uint64_t failed_fetches = 0;
};

// Whether a partition that was refused with that code counts as failed: by Kafka's rule the
// failures that clients cause every day do not. What the disk refuses does, though not with Kafka,
// where another broker would go on.
bool IsFailure(ErrorCode code);

// The same of each topic, as one thread counts them. Only that thread counts; any thread sums up.
class TopicRequests {
 public:
  struct Counters {
    base::Counter produced;
    base::Counter fetched;
    base::Counter failed_produces;
    base::Counter failed_fetches;
  };

  explicit TopicRequests(const engine::LocalEngine& engine) : engine_(engine) {}

  // Stay until the next call.
  Counters& Of(const engine::TopicState& topic) ABSL_LOCKS_EXCLUDED(mutex_);

  // Topics that take memory here. Of the thread itself.
  std::size_t remembered() const { return topics_.size(); }

  // By the names of topics that there are.
  void AddTo(std::map<std::string, PartitionRequests>& topics) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Topic {
    std::string name;
    Counters counters;
  };

  void ForgetDeleted() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const engine::LocalEngine& engine_;
  std::size_t forget_at_ = 64;
  // What changes the map, which is the owner's thread alone, has the lock, and so has any other
  // thread that looks into it. The owner looks without: nobody else changes it meanwhile.
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<base::Uuid, std::unique_ptr<Topic>> topics_;
};

}  // namespace rill::net
