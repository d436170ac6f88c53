#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"
#include "client/random.h"
#include "rill/partitioner.h"

namespace rill::client {

// The partitioners that rill brings along, as types that a producer recognises in a
// rill::Partitioner: it then computes the first two itself, for it knows what the callable does not
// (how full a batch is) and keeps the counter of a topic at hand. Called as they are, they do what
// can be done with what a Partitioner is told. Thread-safe.
struct KafkaDefault {
  std::int32_t operator()(std::string_view topic, std::string_view key,
                          std::int32_t partitions) const;
  std::shared_ptr<Random> random = std::make_shared<Random>();
};

struct RoundRobin {
  std::int32_t operator()(std::string_view topic, std::string_view key,
                          std::int32_t partitions) const;
  struct Turns;
  RoundRobin();
  std::shared_ptr<Turns> turns;
};

struct ConsistentRandom {
  std::int32_t operator()(std::string_view topic, std::string_view key,
                          std::int32_t partitions) const;
  std::shared_ptr<Random> random = std::make_shared<Random>();
};

}  // namespace rill::client
