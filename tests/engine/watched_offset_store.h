#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rill/offset_store.h"

namespace rill::engine {

// An application's offset store that does something of the test's when it is called.
class WatchedOffsetStore final : public OffsetStore {
 public:
  using Offsets = std::map<TopicPartition, OffsetAndMetadata>;

  std::function<void()> on_commit = [] {};
  std::function<void()> on_delete_group = [] {};
  std::function<void()> on_delete_topic = [] {};

  absl::Status Commit(const std::string& group, const Offsets& offsets) override {
    on_commit();
    return offsets_->Commit(group, offsets);
  }
  absl::StatusOr<Offsets> Fetch(const std::string& group,
                                const std::vector<TopicPartition>& partitions) override {
    return offsets_->Fetch(group, partitions);
  }
  absl::StatusOr<Offsets> FetchAll(const std::string& group) override {
    return offsets_->FetchAll(group);
  }
  absl::StatusOr<std::vector<std::string>> Groups() override { return offsets_->Groups(); }
  absl::Status DeleteGroup(const std::string& group) override {
    on_delete_group();
    return offsets_->DeleteGroup(group);
  }
  absl::Status DeleteTopic(const std::string& topic) override {
    on_delete_topic();
    return offsets_->DeleteTopic(topic);
  }

 private:
  const std::shared_ptr<OffsetStore> offsets_ = NewMemoryOffsetStore();
};

}  // namespace rill::engine
