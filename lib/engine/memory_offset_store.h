#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rill/offset_store.h"

namespace rill::engine {

// Offsets in a map. Thread-safe.
class MemoryOffsetStore final : public OffsetStore {
 public:
  using Offsets = std::map<TopicPartition, OffsetAndMetadata>;

  absl::Status Commit(const std::string& group, const Offsets& offsets) override;
  absl::StatusOr<Offsets> Fetch(const std::string& group,
                                const std::vector<TopicPartition>& partitions) override;
  absl::StatusOr<Offsets> FetchAll(const std::string& group) override;
  absl::StatusOr<std::vector<std::string>> Groups() override;
  absl::Status DeleteGroup(const std::string& group) override;
  absl::Status DeleteTopic(const std::string& topic) override;

  // Forgets one offset.
  void Erase(const std::string& group, const TopicPartition& partition);

 private:
  absl::Mutex mutex_;
  std::map<std::string, Offsets> groups_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::engine
