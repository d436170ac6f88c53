#pragma once

#include <memory>
#include <utility>

#include "engine/partition_state.h"
#include "engine/topic_elsewhere.h"
#include "engine/topic_state.h"
#include "rill/partition.h"
#include "rill/topic.h"

namespace rill {

// Between the public handles and what they stand for.
struct TopicAccess {
  static Topic Make(std::shared_ptr<engine::TopicState> state) { return Topic(std::move(state)); }
  static Topic Make(std::shared_ptr<engine::TopicElsewhere> elsewhere) {
    return Topic(std::move(elsewhere));
  }
  // Null where the other is not.
  static const std::shared_ptr<engine::TopicState>& State(const Topic& topic) {
    return topic.state_;
  }
  static const std::shared_ptr<engine::TopicElsewhere>& Elsewhere(const Topic& topic) {
    return topic.elsewhere_;
  }
};

struct PartitionAccess {
  static Partition Make(std::shared_ptr<engine::PartitionState> state) {
    return Partition(std::move(state));
  }
  static const std::shared_ptr<engine::PartitionState>& State(const Partition& partition) {
    return partition.state_;
  }
};

}  // namespace rill
