#pragma once

#include <cstddef>
#include <cstdint>

#include "rill/record_batch.h"

// Where the fields of a batch's header stand, in bytes from its start, and what their bits mean:
// for those who write headers. Readers use BatchView.
namespace rill::record {

inline constexpr std::size_t kBaseOffsetAt = 0;
inline constexpr std::size_t kBatchLengthAt = 8;
inline constexpr std::size_t kPartitionLeaderEpochAt = 12;
inline constexpr std::size_t kMagicAt = 16;
inline constexpr std::size_t kCrcAt = 17;
inline constexpr std::size_t kAttributesAt = 21;  // the CRC covers all from here on
inline constexpr std::size_t kLastOffsetDeltaAt = 23;
inline constexpr std::size_t kBaseTimestampAt = 27;
inline constexpr std::size_t kMaxTimestampAt = 35;
inline constexpr std::size_t kProducerIdAt = 43;
inline constexpr std::size_t kProducerEpochAt = 51;
inline constexpr std::size_t kBaseSequenceAt = 53;
inline constexpr std::size_t kRecordCountAt = 57;
static_assert(kRecordCountAt + sizeof(std::int32_t) == kBatchHeaderSize);
static_assert(kBatchLengthAt + sizeof(std::int32_t) == kLogOverhead);

inline constexpr std::int16_t kLogAppendTimeBit = 8;
inline constexpr std::int16_t kTransactionalBit = 16;
inline constexpr std::int16_t kControlBit = 32;
inline constexpr std::int16_t kDeleteHorizonBit = 64;

inline constexpr std::int8_t kMagic = 2;

// The least a record takes: its length, attributes, two deltas, two null fields, no headers.
inline constexpr std::size_t kMinRecordSize = 7;

}  // namespace rill::record
