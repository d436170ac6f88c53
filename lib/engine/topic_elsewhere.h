#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

namespace rill::engine {

// A topic whose logs are not here but a cluster's: what is known of it. Thread-safe.
struct TopicElsewhere {
  TopicElsewhere(std::string topic, std::string topic_id, std::int32_t partitions)
      : name(std::move(topic)), id(std::move(topic_id)), partition_count(partitions) {}

  const std::string name;
  const std::string id;
  std::atomic<std::int32_t> partition_count;  // as it was seen last
};

}  // namespace rill::engine
