#include "rill/topic.h"

#include <utility>

#include "engine/handles.h"
#include "engine/topic_state.h"

namespace rill {

Topic::Topic(std::shared_ptr<engine::TopicState> state) : state_(std::move(state)) {}

const std::string& Topic::name() const { return state_->name(); }

const std::string& Topic::id() const { return state_->id(); }

std::int32_t Topic::partition_count() const { return state_->partition_count(); }

absl::StatusOr<Partition> Topic::partition(std::int32_t index) const {
  auto partition = state_->OpenPartition(index);
  if (!partition.ok()) return partition.status();
  return PartitionAccess::Make(*std::move(partition));
}

}  // namespace rill
