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

void StampLogAppendTime(char* batch, std::size_t size, std::int64_t time_ms) {
  const BatchView view(batch);
  const auto attributes = static_cast<std::int16_t>(view.attributes() | kLogAppendTimeBit);
  StoreBigEndian(batch + kAttributesAt, attributes);
  StoreBigEndian(batch + kMaxTimestampAt, time_ms);
  StoreBigEndian(batch + kCrcAt, base::Crc32c({batch + kAttributesAt, size - kAttributesAt}));
}

}  // namespace rill::record
