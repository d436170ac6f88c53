#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "rill/export.h"

namespace rill {

// MurmurHash2 as the Java client computes it over a key
// (org.apache.kafka.common.utils.Utils.murmur2): the same bytes give the same number.
constexpr std::int32_t Murmur2(std::string_view key) {
  constexpr std::uint32_t kSeed = 0x9747b28c;
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  const auto byte = [key](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(key[at]));
  };
  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(key.size());
  const std::size_t whole = key.size() / 4 * 4;
  for (std::size_t at = 0; at < whole; at += 4) {
    std::uint32_t k = byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
    k *= kMultiplier;
    k ^= k >> 24;
    k *= kMultiplier;
    hash = hash * kMultiplier ^ k;
  }
  switch (key.size() % 4) {
    case 3:
      hash ^= byte(whole + 2) << 16;
      [[fallthrough]];
    case 2:
      hash ^= byte(whole + 1) << 8;
      [[fallthrough]];
    case 1:
      hash ^= byte(whole);
      hash *= kMultiplier;
      break;
    default:
      break;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return static_cast<std::int32_t>(hash);
}

// The partition that Kafka's default partitioner gives a record with this key; `partitions` > 0.
constexpr std::int32_t PartitionForKey(std::string_view key, std::int32_t partitions) {
  return (Murmur2(key) & 0x7fffffff) % partitions;
}

// The partition that librdkafka's "consistent" partitioner gives: CRC-32 of the key.
RILL_EXPORT std::int32_t ConsistentPartition(std::string_view key, std::int32_t partitions);

// Chooses the partition of a record that names none. Called with the topic, the key (null when the
// record has none) and the number of partitions (> 0); must return one in [0, partitions). Called
// in the thread that sends; one producer calls it from as many threads as send through it.
using Partitioner = std::function<std::int32_t(std::string_view topic, std::string_view key,
                                               std::int32_t partitions)>;

// Kafka's default: records with a key by its murmur2 hash; those without stick to one partition
// until a batch's worth (ProducerOptions::batch_size) went there, then move on (KIP-794). A
// ProducerOptions with an empty `partitioner` uses it, without a call per record.
RILL_EXPORT Partitioner DefaultPartitioner();
// One partition after the other, keys disregarded (Kafka's RoundRobinPartitioner).
RILL_EXPORT Partitioner RoundRobinPartitioner();
// librdkafka's default: CRC-32 of the key, a random partition for an empty or a null key.
RILL_EXPORT Partitioner ConsistentRandomPartitioner();

}  // namespace rill
