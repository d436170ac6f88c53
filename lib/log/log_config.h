#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "rill/record_batch.h"

namespace rill::log {

// The default, and most, of max.decompressed.message.bytes: no limit.
inline constexpr std::int64_t kMaxDecompressedMessageBytes = 2147483639;

// The configs of a topic that its partitions' logs obey, by Kafka's names without the dots, in
// Kafka's units and with Kafka's defaults. Values have been checked against Kafka's ranges by
// whoever made one.
struct LogConfig {
  bool cleanup_delete = true;
  bool cleanup_compact = false;
  // compression.type: unset is "producer".
  bool recompress = false;
  Compression compression_type = Compression::kNone;
  int compression_level = 0;

  std::int64_t segment_bytes = std::int64_t{1} << 30;
  std::int64_t segment_ms = std::int64_t{7} * 24 * 3600 * 1000;
  std::int64_t segment_jitter_ms = 0;
  std::int64_t segment_index_bytes = std::int64_t{10} << 20;
  std::int64_t index_interval_bytes = 4096;
  std::int64_t retention_ms = std::int64_t{7} * 24 * 3600 * 1000;  // -1: without limit
  std::int64_t retention_bytes = -1;                               // -1: without limit
  std::int64_t file_delete_delay_ms = 60000;

  std::int64_t max_message_bytes = 1048588;
  // Of one record of a compressed batch.
  std::int64_t max_decompressed_message_bytes = kMaxDecompressedMessageBytes;
  TimestampType message_timestamp_type = TimestampType::kCreateTime;
  std::int64_t message_timestamp_before_max_ms = INT64_MAX;
  std::int64_t message_timestamp_after_max_ms = 3600000;

  std::int64_t flush_messages = INT64_MAX;  // 1: before every acknowledgement
  std::int64_t flush_ms = INT64_MAX;

  std::int64_t delete_retention_ms = 86400000;
  std::int64_t min_compaction_lag_ms = 0;
  std::int64_t max_compaction_lag_ms = INT64_MAX;
  double min_cleanable_dirty_ratio = 0.5;

  // Not a topic's own in Kafka, but a broker's: producers that were idle for so long are forgotten,
  // which is looked at that often.
  std::int64_t producer_id_expiration_ms = 86400000;
  std::int64_t producer_id_expiration_check_interval_ms = 600000;

  // How old a segment's first record may get before the next segment is begun: what is in the last
  // one is not compacted.
  std::int64_t max_segment_ms() const {
    return cleanup_compact ? std::min(segment_ms, max_compaction_lag_ms) : segment_ms;
  }
};

}  // namespace rill::log
