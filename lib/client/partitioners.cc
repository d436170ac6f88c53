#include "client/partitioners.h"

#include <zlib.h>

#include <string>

#include "base/random.h"
#include "rill/record.h"

namespace rill {
namespace client {

Random::Random() : counter_(base::Random64()) {}

struct RoundRobin::Turns {
  base::Mutex mutex;
  absl::flat_hash_map<std::string, std::uint32_t> by_topic ABSL_GUARDED_BY(mutex);
};

RoundRobin::RoundRobin() : turns(std::make_shared<Turns>()) {}

std::int32_t RoundRobin::operator()(std::string_view topic, std::string_view,
                                    std::int32_t partitions) const {
  base::MutexLock lock(&turns->mutex);
  const std::uint32_t turn = turns->by_topic[std::string(topic)]++;
  return static_cast<std::int32_t>(turn % static_cast<std::uint32_t>(partitions));
}

std::int32_t KafkaDefault::operator()(std::string_view, std::string_view key,
                                      std::int32_t partitions) const {
  return IsNull(key) ? random->Below(partitions) : PartitionForKey(key, partitions);
}

std::int32_t ConsistentRandom::operator()(std::string_view, std::string_view key,
                                          std::int32_t partitions) const {
  return key.empty() ? random->Below(partitions) : ConsistentPartition(key, partitions);
}

}  // namespace client

std::int32_t ConsistentPartition(std::string_view key, std::int32_t partitions) {
  const auto* bytes = reinterpret_cast<const Bytef*>(key.data());
  const auto crc = static_cast<std::uint32_t>(crc32_z(0, bytes, key.data() ? key.size() : 0));
  return static_cast<std::int32_t>(crc % static_cast<std::uint32_t>(partitions));
}

Partitioner DefaultPartitioner() { return client::KafkaDefault(); }
Partitioner RoundRobinPartitioner() { return client::RoundRobin(); }
Partitioner ConsistentRandomPartitioner() { return client::ConsistentRandom(); }

}  // namespace rill
