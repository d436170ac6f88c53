#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "base/uuid.h"
#include "engine/catalogue.h"
#include "engine/engine_environment.h"
#include "engine/partition_state.h"
#include "log/log_config.h"

namespace rill::engine {

// A topic that an engine has, or had. Thread-safe.
class TopicState {
 public:
  TopicState(std::shared_ptr<EngineEnvironment> environment, std::string name, int ordinal,
             const CatalogueTopic& topic);

  const std::string& name() const { return name_; }
  const std::string& id() const { return id_; }
  const base::Uuid& uuid() const { return uuid_; }
  bool is_internal() const { return is_internal_; }
  // A small number that no other topic of the engine has had: an index for tables.
  int ordinal() const { return ordinal_; }
  std::int32_t partition_count() const { return partition_count_.load(std::memory_order_acquire); }
  bool deleted() const { return deleted_.load(std::memory_order_acquire); }

  // Null when there is no such partition. Its log may not be open yet; OpenPartition sees to that.
  std::shared_ptr<PartitionState> partition(std::int32_t index) const ABSL_LOCKS_EXCLUDED(mutex_);

  // The partition, with its log open. NotFound (UNKNOWN_TOPIC_OR_PARTITION) when there is none or
  // the topic was deleted; FailedPrecondition after the engine was closed; else what kept the log
  // from being opened.
  absl::StatusOr<std::shared_ptr<PartitionState>> OpenPartition(std::int32_t index) const;

  // The configs of its logs at the moment. Never null.
  std::shared_ptr<const log::LogConfig> config() const ABSL_LOCKS_EXCLUDED(mutex_);

  std::vector<std::shared_ptr<PartitionState>> partitions() const ABSL_LOCKS_EXCLUDED(mutex_);

  // By the engine, which serialises these.
  void Grow(std::int32_t partitions) ABSL_LOCKS_EXCLUDED(mutex_);
  void SetConfig(const log::LogConfig& config) ABSL_LOCKS_EXCLUDED(mutex_);
  // Deleted from now on: open logs are abandoned.
  void Delete();

 private:
  absl::Status DeletedError() const;

  const std::shared_ptr<EngineEnvironment> environment_;
  const std::string name_;
  const base::Uuid uuid_;
  const std::string id_;  // the same in text
  const bool is_internal_;
  const int ordinal_;
  std::atomic<std::int32_t> partition_count_ = 0;
  std::atomic<bool> deleted_ = false;

  // Never held while a log is called.
  mutable base::Mutex mutex_;
  std::shared_ptr<const log::LogConfig> config_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<PartitionState>> partitions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::engine
