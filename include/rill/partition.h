#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rill/export.h"
#include "rill/metrics.h"
#include "rill/record_batch.h"
#include "rill/records.h"

namespace rill {

namespace engine {
class PartitionState;
}

// Where an append landed.
struct AppendResult {
  std::int64_t base_offset = 0;
  std::int64_t last_offset = 0;
  // The time the log stamped (message.timestamp.type=LogAppendTime), or kNoTimestamp.
  std::int64_t log_append_time_ms = kNoTimestamp;
};

struct ReadOptions {
  // Stop before a batch that would take the result past this many stored bytes; the first batch is
  // always given whole (KIP-74).
  std::size_t max_bytes = std::size_t{1} << 20;
  // Show at most this many offsets.
  std::int64_t max_records = INT64_MAX;
};

struct TimestampedOffset {
  std::int64_t offset = -1;  // -1: no record is that young
  std::int64_t timestamp_ms = kNoTimestamp;
};

// The log of one partition, bare: for those who build brokers, or want the last nanosecond. A
// handle, cheap to copy, thread-safe; one append at a time gets in, readers do not wait for it.
//
// Every call gives FailedPrecondition after the engine was closed, and NotFound
// (UNKNOWN_TOPIC_OR_PARTITION) after the topic was deleted. After the partition's storage failed in
// a way that it must not be written on, appends and Flush give DataLoss (KAFKA_STORAGE_ERROR);
// reads go on.
class RILL_EXPORT Partition {
 public:
  // No moves: a handle is never empty.
  Partition(const Partition&) = default;
  Partition& operator=(const Partition&) = default;

  const std::string& topic() const;
  std::int32_t index() const;

  // Appends `records` as one batch and returns when they are acknowledged (with flush.messages=1:
  // when they would survive a power cut). Records without a timestamp get the current time.
  //   InvalidArgument (INVALID_RECORD)       no record; a record without key in a compacted topic
  //   InvalidArgument (MESSAGE_TOO_LARGE)    the batch passes max.message.bytes
  //   InvalidArgument (INVALID_TIMESTAMP)    outside message.timestamp.{before,after}.max.ms
  //   ResourceExhausted                      the disk is full, or a cap of Options is reached
  absl::StatusOr<AppendResult> Append(std::span<const RecordData> records);

  // Appends a sealed batch (BatchBuilder::Seal, or one that came from elsewhere) as it is: the log
  // sets its base offset and leader epoch, nothing else unless the topic stamps the time itself or
  // its compression.type names another codec. The batch is validated first, CRC and records;
  // control and transactional batches are refused (INVALID_RECORD). A batch with a producer id and
  // sequence is checked against that producer's earlier ones: a repetition within the last five is
  // answered with the original offsets, a gap with OUT_OF_ORDER_SEQUENCE_NUMBER, an old epoch with
  // INVALID_PRODUCER_EPOCH. Errors as for Append, and
  //   InvalidArgument (INVALID_RECORD)   also bytes that are no whole batch, or a batch that was
  //                                      written wrong (its record count, an old format)
  //   DataLoss (CORRUPT_MESSAGE)         the batch does not fit its CRC
  absl::StatusOr<AppendResult> AppendBatch(std::string_view batch);

  // Records from `offset` on, up to the high watermark; empty when `offset` is the high watermark.
  // Records with an offset below `offset` in the same batch are not shown. Does not wait.
  //   OutOfRange (OFFSET_OUT_OF_RANGE)   below the log start or above the high watermark
  //   DataLoss (CORRUPT_MESSAGE)         a damaged batch; names the file, the position, and the
  //                                      offset at which reading can go on
  //   ResourceExhausted                  decompressing would pass Options::max_buffer_bytes
  absl::StatusOr<Records> Read(std::int64_t offset, const ReadOptions& options = {}) const;

  // Waits until the high watermark passes `offset`, at most `timeout`. DeadlineExceeded
  // (REQUEST_TIMED_OUT) when it did not.
  absl::Status WaitFor(std::int64_t offset, absl::Duration timeout) const;

  // First offset that can be read.
  std::int64_t log_start_offset() const;
  // One past the last offset that can be read: what is acknowledged.
  std::int64_t high_watermark() const;
  // One past the last offset appended. Above the high watermark only while a flush is under way.
  std::int64_t log_end_offset() const;
  // Bytes of the log's segments, without what is reserved ahead.
  std::uint64_t size_bytes() const;

  // The first record whose timestamp is `time` or later, as Kafka's ListOffsets finds it.
  absl::StatusOr<TimestampedOffset> OffsetForTime(absl::Time time) const;

  // Moves the log start to `offset` (Kafka's DeleteRecords); whole segments below it are deleted,
  // and the last one too, where all of it is below and it has 64 KiB or more.
  // Within a segment, a kill undoes what the checkpoint does not have yet, as in Kafka.
  // Before segments go that have batches with sequence numbers, a snapshot of what they say of
  // producers is written and synced; where the deletion ends inside the last segment, that one is
  // flushed for it. So it can take as long as a sync.
  // Returns the new log start. OutOfRange (OFFSET_OUT_OF_RANGE) above the high watermark;
  // FailedPrecondition (INVALID_REQUEST) when cleanup.policy does not have "delete". Where the
  // snapshot cannot be made durable, the storage's error, or DataLoss (KAFKA_STORAGE_ERROR) of a
  // log that takes no more appends: nothing is deleted then, and the log start stays. (Only where
  // room or a descriptor is missing for it the segments go all the same: that makes room.)
  absl::StatusOr<std::int64_t> DeleteRecordsBefore(std::int64_t offset);

  // Returns once everything appended so far would survive a power cut.
  absl::Status Flush();

  // What was done to it since the engine opened its log, and where it stands: also after the engine
  // was closed or the topic deleted.
  PartitionMetrics Metrics() const;

 private:
  friend class Topic;
  friend class Engine;
  friend struct PartitionAccess;
  explicit Partition(std::shared_ptr<engine::PartitionState> state);
  std::shared_ptr<engine::PartitionState> state_;
};

}  // namespace rill
