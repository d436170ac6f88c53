#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rill/export.h"
#include "rill/partitioner.h"
#include "rill/record.h"
#include "rill/record_batch.h"
#include "rill/topic.h"

namespace rill {

namespace client {
class ProducerImpl;
class PendingBatch;
struct ClaimedRecord;
}  // namespace client

inline constexpr std::int32_t kAnyPartition = -1;

// A record to send. Views: they must live until Send returns.
struct ProducerRecord {
  std::string_view key = {};    // null (the default): no key
  std::string_view value = {};  // null: a tombstone
  std::span<const Header> headers = {};
  std::int32_t partition = kAnyPartition;  // or the partition to write to
  std::optional<absl::Time> timestamp = std::nullopt;  // default: now
};

// Where a record landed: the delivery report.
struct RecordMetadata {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;  // the log's where it stamps itself, else the record's
};

struct ProducerOptions {
  // How long a record may wait for others to share its batch. Zero: Send appends there and then, in
  // the caller's thread, and its result is ready when it returns.
  absl::Duration linger = absl::ZeroDuration();
  // A batch is sent when its records take this many bytes before compression.
  std::size_t batch_size = 16384;
  Compression compression = Compression::kNone;
  int compression_level = 0;  // 0: Kafka's default for the codec
  // Memory for records that wait, in bytes (also counted against Options::max_buffer_bytes). A Send
  // that finds it full waits at most max_block for room.
  std::size_t buffer_memory = std::size_t{32} << 20;
  absl::Duration max_block = absl::Minutes(1);
  // Largest record, key, value, headers and overhead, in bytes.
  std::size_t max_request_size = std::size_t{1} << 20;
  // Empty: Kafka's default (partitioner.h).
  Partitioner partitioner = {};
  // With a producer id and sequence numbers, so that a batch is never stored twice.
  bool enable_idempotence = false;
};

// What became of a Send. Move-only; may be dropped at once by those who do not want to know.
class RILL_EXPORT PendingSend {
 public:
  PendingSend(PendingSend&&) noexcept;
  PendingSend& operator=(PendingSend&&) noexcept;
  ~PendingSend();

  bool ready() const;
  // Waits, at most `timeout`, until the record is acknowledged or has failed; then where it landed,
  // or why not. DeadlineExceeded (REQUEST_TIMED_OUT) when the time is over first: the record may
  // still be delivered, and Wait may be called again. Waiting for a record that lingers sends its
  // batch at once when the caller would otherwise wait for the linger.
  absl::StatusOr<RecordMetadata> Wait(absl::Duration timeout = absl::InfiniteDuration()) const;

 private:
  friend class client::ProducerImpl;
  PendingSend(client::PendingBatch* batch, std::int32_t index);
  client::PendingBatch* batch_;
  std::int32_t index_;
};

// Called once per record, in order within a partition, in whichever thread completes it (the sender,
// or the engine's maintenance thread). It must not block and must not call the producer's Flush or
// Close.
using DeliveryCallback = std::function<void(const absl::StatusOr<RecordMetadata>&)>;

// Room in a partition's log for one record, claimed to be written in place. Fill `value()`, then
// Publish. While it lives, other appends to the partition wait: fill it and let go. Destroying it
// unpublished abandons the record and leaves no trace.
class RILL_EXPORT Claim {
 public:
  Claim(Claim&&) noexcept;
  Claim& operator=(Claim&&) noexcept;
  ~Claim();

  std::span<char> value() const;
  // Completes the record; where it landed, or why it did not. Call it once.
  absl::StatusOr<RecordMetadata> Publish();

 private:
  friend class client::ProducerImpl;
  explicit Claim(std::unique_ptr<client::ClaimedRecord> record);
  std::unique_ptr<client::ClaimedRecord> record_;
};

// Writes records to an engine's topics. Thread-safe; records that one thread sends to one partition
// keep their order. Durability is the topic's: see flush.messages and flush.ms in docs/guide.
class RILL_EXPORT Producer {
 public:
  Producer(Producer&&) noexcept;
  Producer& operator=(Producer&&) noexcept;
  // Closes, waiting as long as it takes.
  ~Producer();

  // Sends a record. Never fails on the spot: the result says what became of it. Errors:
  //   InvalidArgument (UNKNOWN_TOPIC_OR_PARTITION)   no such partition
  //   InvalidArgument (MESSAGE_TOO_LARGE)            passes max_request_size or max.message.bytes
  //   InvalidArgument (INVALID_RECORD, INVALID_TIMESTAMP)   see Partition::Append
  //   DeadlineExceeded (REQUEST_TIMED_OUT)           buffer_memory stayed full for max_block
  //   ResourceExhausted                              the disk is full, or a cap of Options is reached
  //   NotFound, FailedPrecondition, DataLoss         topic deleted; closed; storage failed
  PendingSend Send(const Topic& topic, const ProducerRecord& record);
  // The same, reporting to `callback` instead.
  void Send(const Topic& topic, const ProducerRecord& record, DeliveryCallback callback);

  // Claims room for a record with a value of `value_size` bytes in the log itself. Records that
  // linger for the same partition go out first. Errors as for Send. The record is never compressed.
  absl::StatusOr<Claim> ClaimRecord(const Topic& topic, const ProducerRecord& record,
                                    std::size_t value_size);

  // Sends what lingers and returns when everything sent before is acknowledged or has failed; the
  // first failure since the last Flush.
  absl::Status Flush(absl::Duration timeout = absl::InfiniteDuration());

  // Flush, then refuse further records. What cannot be sent within `timeout` fails. Calling it again
  // is OK.
  absl::Status Close(absl::Duration timeout = absl::InfiniteDuration());

 private:
  friend class Engine;
  explicit Producer(std::shared_ptr<client::ProducerImpl> impl);
  std::shared_ptr<client::ProducerImpl> impl_;
};

}  // namespace rill
