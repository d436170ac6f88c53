#pragma once

#include <cstddef>
#include <cstdint>

#include "log/producer_state.h"

namespace rill::log {

// A snapshot file of ProducerState, as Kafka's schema (version 1) lays it out, big-endian:
//
//   int16 version, uint32 CRC-32C of all that follows, int32 number of entries, then per producer
//   int64 producer id, int16 epoch, int32 last sequence, int64 last offset, int32 offset delta,
//   int64 timestamp, int32 coordinator epoch, int64 first offset of the open transaction or -1.
inline constexpr std::int16_t kSnapshotVersion = 1;
inline constexpr std::size_t kSnapshotCrcAt = 2;
inline constexpr std::size_t kSnapshotCountAt = 6;
inline constexpr std::size_t kSnapshotHeaderSize = 10;
inline constexpr std::size_t kSnapshotEntrySize = 46;
// Over five million producers in one partition.
inline constexpr std::uint64_t kMaxSnapshotSize = std::uint64_t{256} << 20;

// The entry whose kSnapshotEntrySize bytes begin at `at`, whatever they say.
ProducerState::SnapshotEntry LoadSnapshotEntry(const char* at);

}  // namespace rill::log
