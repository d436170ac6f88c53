#include "record/rewrite.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "record/layout.h"

namespace rill::record {

using base::StoreBigEndian;

void SetBaseOffset(char* batch, std::int64_t base_offset) {
  StoreBigEndian(batch + kBaseOffsetAt, base_offset);
}

void SetPartitionLeaderEpoch(char* batch, std::int32_t epoch) {
  StoreBigEndian(batch + kPartitionLeaderEpochAt, epoch);
}

namespace {

void SetTimestamps(char* batch, std::size_t size, int attributes, std::int64_t max_timestamp_ms) {
  StoreBigEndian(batch + kAttributesAt, static_cast<std::int16_t>(attributes));
  StoreBigEndian(batch + kMaxTimestampAt, max_timestamp_ms);
  StoreBigEndian(batch + kCrcAt, base::Crc32c({batch + kAttributesAt, size - kAttributesAt}));
}

}  // namespace

void StampLogAppendTime(char* batch, std::size_t size, std::int64_t time_ms) {
  SetTimestamps(batch, size, BatchView(batch).attributes() | kLogAppendTimeBit, time_ms);
}

void SetCreateTime(char* batch, std::size_t size, std::int64_t max_timestamp_ms) {
  SetTimestamps(batch, size, BatchView(batch).attributes() & ~kLogAppendTimeBit, max_timestamp_ms);
}

void SetLastOffsetDelta(char* batch, std::size_t size, std::int32_t last_offset_delta) {
  StoreBigEndian(batch + kLastOffsetDeltaAt, last_offset_delta);
  StoreBigEndian(batch + kCrcAt, base::Crc32c({batch + kAttributesAt, size - kAttributesAt}));
}

BatchOptions OptionsOf(BatchView batch) {
  BatchOptions options;
  options.base_offset = batch.base_offset();
  options.partition_leader_epoch = batch.partition_leader_epoch();
  options.timestamp_type = batch.timestamp_type();
  options.log_append_time_ms = batch.max_timestamp_ms();
  options.producer_id = batch.producer_id();
  options.producer_epoch = batch.producer_epoch();
  options.base_sequence = batch.base_sequence();
  options.is_transactional = batch.is_transactional();
  options.is_control = batch.is_control();
  return options;
}

std::string EmptiedBatch(BatchView batch) {
  constexpr std::int16_t kKept = kLogAppendTimeBit | kTransactionalBit | kControlBit;
  std::string bytes(batch.data(), kBatchHeaderSize);
  char* const header = bytes.data();
  StoreBigEndian(header + kBatchLengthAt,
                 static_cast<std::int32_t>(kBatchHeaderSize - kLogOverhead));
  StoreBigEndian(header + kAttributesAt, static_cast<std::int16_t>(batch.attributes() & kKept));
  StoreBigEndian(header + kBaseTimestampAt, kNoTimestamp);
  StoreBigEndian(header + kRecordCountAt, std::int32_t{0});
  SetLastOffsetDelta(header, bytes.size(), batch.last_offset_delta());
  return bytes;
}

}  // namespace rill::record
