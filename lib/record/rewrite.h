#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "rill/record_batch.h"

// Changes to a sealed batch where it lies, `batch` being the first byte of one that ParseBatch
// takes.
namespace rill::record {

// The fields that a log fills in. They are outside the CRC, which stays right.
void SetBaseOffset(char* batch, std::int64_t base_offset);
void SetPartitionLeaderEpoch(char* batch, std::int32_t epoch);

// Makes every record of the batch of `size` bytes show `time_ms` as its log append time: marks the
// batch, sets the maximum timestamp and computes the CRC anew, over the whole batch. Does not touch
// or need the first twelve bytes, which a log stores last.
// The records' own timestamps count, of which `max_timestamp_ms` is the youngest.
void SetCreateTime(char* batch, std::size_t size, std::int64_t max_timestamp_ms);
void StampLogAppendTime(char* batch, std::size_t size, std::int64_t time_ms);

// Makes the batch of `size` bytes end at another offset, and computes the CRC anew.
void SetLastOffsetDelta(char* batch, std::size_t size, std::int32_t last_offset_delta);

// What a batch says of itself, to be said again by one that is rebuilt from it: all but codec and
// delete horizon.
BatchOptions OptionsOf(BatchView batch);

// What compaction leaves of a batch that has lost all its records: the header, which says the same
// of offsets, producer and largest timestamp, without codec, base timestamp and delete horizon.
std::string EmptiedBatch(BatchView batch);

}  // namespace rill::record
