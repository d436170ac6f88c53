#pragma once

#include <cstddef>
#include <cstdint>

#include "rill/record_batch.h"

namespace rill::record {

// A batch of one uncompressed record that is written where it is to stand, value last:
//
//   SingleRecordBatch batch(record, value_size);
//   char* value = batch.Write(room, epoch, type, timestamp);  // room for batch.size() bytes
//   ... fill value ...
//   batch.SealAt(room);
//
// The first twelve bytes, base offset and batch length, are left to the caller.
class SingleRecordBatch {
 public:
  // `value_size` -1 is a null; `record.value` and its timestamp are not used. The views in `record`
  // must live until Write returned.
  SingleRecordBatch(const RecordData& record, std::int64_t value_size);

  // Of the whole batch, in bytes.
  std::size_t size() const { return size_; }

  char* Write(char* batch, std::int32_t partition_leader_epoch, TimestampType type,
              std::int64_t timestamp_ms) const;
  // Computes the CRC over what stands there.
  void SealAt(char* batch) const;

 private:
  const RecordData record_;
  const std::int64_t value_size_;
  std::size_t body_size_;
  std::size_t size_;
};

}  // namespace rill::record
