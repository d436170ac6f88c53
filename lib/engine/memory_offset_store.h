#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "engine/group/offset_expiry.h"
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

  // Commit, with when that was.
  void CommitAt(const std::string& group, const Offsets& offsets, const OffsetTimes& times);
  TimesOfOffsets TimesOf(const std::string& group);
  // Forgets one offset.
  void Erase(const std::string& group, const TopicPartition& partition);

 private:
  struct Stored {
    OffsetAndMetadata committed;
    OffsetTimes times;
  };

  absl::Mutex mutex_;
  std::map<std::string, std::map<TopicPartition, Stored>> groups_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::engine
