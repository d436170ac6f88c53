#pragma once

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "rill/record_batch.h"
#include "rill/records.h"

namespace rill::client {

// Messages of one partition, in order of offset, on their way into a Records: copied into batches,
// for a Records shows records of batches. Offsets, also with gaps, timestamps and their type, nulls
// and headers stay what they are. Not thread-safe.
class GatheredRecords {
 public:
  explicit GatheredRecords(std::shared_ptr<const TopicPartition> where)
      : where_(std::move(where)) {}

  // An error where the message cannot be a record of Kafka's; then it is not added.
  absl::Status Add(const rd_kafka_message_t& message);

  std::size_t record_count() const { return record_count_; }
  std::size_t size() const { return size_; }  // of keys and values, in bytes
  std::int64_t next_offset() const { return next_offset_; }
  // There is nothing to be read before `offset`.
  void MoveTo(std::int64_t offset) { next_offset_ = offset; }

  // Adds all to `records`. Once.
  absl::Status AddTo(Records& records);

 private:
  struct Stamp {
    TimestampType type = TimestampType::kCreateTime;
    std::int64_t ms = kNoTimestamp;
  };
  struct Batch {
    explicit Batch(const BatchOptions& options)
        : base_offset(options.base_offset),
          stamp{options.timestamp_type, options.log_append_time_ms},
          builder(std::make_shared<BatchBuilder>(options)) {}
    std::int64_t base_offset;
    Stamp stamp;
    std::shared_ptr<BatchBuilder> builder;
  };
  // The batch that takes a record: one batch has one type of timestamps, and one time of the log's.
  Batch& BatchFor(std::int64_t offset, const Stamp& stamp);

  const std::shared_ptr<const TopicPartition> where_;
  std::vector<Batch> batches_;
  std::int64_t first_offset_ = -1;
  std::int64_t next_offset_ = -1;
  std::size_t record_count_ = 0;
  std::size_t size_ = 0;
};

}  // namespace rill::client
