#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rill/c.h"
#include "rill/rill.h"

namespace rill::c {

// What callers of C hand over, as C++ has it. InvalidArgument where a pointer is null that must not
// be.
absl::StatusOr<std::vector<std::string>> StringsOf(const char* const* items, std::size_t count);
absl::StatusOr<std::vector<TopicPartition>> PartitionsOf(const rill_topic_partition* items,
                                                         std::size_t count);
absl::StatusOr<std::map<TopicPartition, OffsetAndMetadata>> OffsetsOf(
    const rill_topic_partition* items, std::size_t count);

// Views into `partitions`, without offsets.
std::vector<rill_topic_partition> ShowPartitions(std::span<const TopicPartition> partitions);

inline rill_bytes ShowBytes(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

inline std::string_view BytesOf(rill_bytes bytes) {
  return {static_cast<const char*>(bytes.data), bytes.size};
}

// Whether every size has data behind it, and only bits that mean something are set.
absl::Status CheckRecords(const rill_producer_record* records, std::size_t count);

// A record of C's as C++ takes it: its headers stand in `headers`, which has to stay as long.
ProducerRecord RecordOf(const rill_producer_record& record, std::vector<Header>& headers);

}  // namespace rill::c
