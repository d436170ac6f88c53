#include "rill/topic.h"

#include <utility>

#include "engine/handles.h"
#include "engine/topic_elsewhere.h"
#include "engine/topic_state.h"

namespace rill {

Topic::Topic(std::shared_ptr<engine::TopicState> state) : state_(std::move(state)) {}
Topic::Topic(std::shared_ptr<engine::TopicElsewhere> elsewhere)
    : elsewhere_(std::move(elsewhere)) {}

const std::string& Topic::name() const {
  return state_ != nullptr ? state_->name() : elsewhere_->name;
}

const std::string& Topic::id() const { return state_ != nullptr ? state_->id() : elsewhere_->id; }

std::int32_t Topic::partition_count() const {
  return state_ != nullptr ? state_->partition_count() : elsewhere_->partition_count.load();
}

absl::StatusOr<Partition> Topic::partition(std::int32_t index) const {
  if (state_ == nullptr) {
    return absl::UnimplementedError(
        "the logs of topic " + elsewhere_->name +
        " are its cluster's: there is no Partition of them here; use a Producer or a Consumer");
  }
  auto partition = state_->OpenPartition(index);
  if (!partition.ok()) return partition.status();
  return PartitionAccess::Make(*std::move(partition));
}

}  // namespace rill
