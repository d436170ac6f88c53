#pragma once

#include <cstddef>
#include <cstdint>

// Changes to a sealed batch where it lies, `batch` being the first byte of one that ParseBatch
// takes.
namespace rill::record {

// The fields that a log fills in. They are outside the CRC, which stays right.
void SetBaseOffset(char* batch, std::int64_t base_offset);
void SetPartitionLeaderEpoch(char* batch, std::int32_t epoch);

// Makes every record of the batch of `size` bytes show `time_ms` as its log append time: marks the
// batch, sets the maximum timestamp and computes the CRC anew, over the whole batch. Does not touch
// or need the first twelve bytes, which a log stores last.
void StampLogAppendTime(char* batch, std::size_t size, std::int64_t time_ms);

}  // namespace rill::record
