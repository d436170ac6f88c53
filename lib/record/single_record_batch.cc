#include "record/single_record_batch.h"

#include <string_view>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "record/layout.h"
#include "record/record_fields.h"

namespace rill::record {
namespace {

RecordShape ShapeOf(const RecordData& record, std::int64_t value_size) {
  return {.key = record.key, .value_size = value_size, .headers = record.headers};
}

}  // namespace

SingleRecordBatch::SingleRecordBatch(const RecordData& record, std::int64_t value_size)
    : record_(record),
      value_size_(value_size),
      body_size_(ShapeOf(record, value_size).BodySize()),
      size_(kBatchHeaderSize + RecordShape::WholeSize(body_size_)) {}

char* SingleRecordBatch::Write(char* batch, std::int32_t partition_leader_epoch, TimestampType type,
                               std::int64_t timestamp_ms) const {
  const std::int16_t attributes = type == TimestampType::kLogAppendTime ? kLogAppendTimeBit : 0;
  base::StoreBigEndian(batch + kPartitionLeaderEpochAt, partition_leader_epoch);
  base::StoreBigEndian(batch + kMagicAt, kMagic);
  char* p = base::StoreBigEndian(batch + kAttributesAt, attributes);
  p = base::StoreBigEndian(p, std::int32_t{0});  // last offset delta
  p = base::StoreBigEndian(p, timestamp_ms);
  p = base::StoreBigEndian(p, timestamp_ms);
  p = base::StoreBigEndian(p, kNoProducerId);
  p = base::StoreBigEndian(p, kNoProducerEpoch);
  p = base::StoreBigEndian(p, kNoSequence);
  p = base::StoreBigEndian(p, std::int32_t{1});  // record count
  return ShapeOf(record_, value_size_).Write(p, body_size_);
}

void SingleRecordBatch::SealAt(char* batch) const {
  const std::string_view covered(batch + kAttributesAt, size_ - kAttributesAt);
  base::StoreBigEndian(batch + kCrcAt, base::Crc32c(covered));
}

}  // namespace rill::record
