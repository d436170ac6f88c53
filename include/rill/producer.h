#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

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
class ClusterProducer;
class PendingBatch;
struct ClaimedRecord;
struct PendingSendAccess;
}  // namespace client

inline constexpr std::int32_t kAnyPartition = -1;

// A record to send. Views: they must live until Send returns.
struct ProducerRecord {
  std::string_view key = {};    // null (the default): no key
  std::string_view value = {};  // null: a tombstone
  std::span<const Header> headers = {};
  std::int32_t partition = kAnyPartition;              // or the partition to write to
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
  // A batch is sent when its records take this many bytes before compression, or the topic's
  // max.message.bytes, or when another record like the last would not fit any more: one of more
  // than half of this does not linger. Zero: each record goes alone.
  std::size_t batch_size = 16384;
  Compression compression = Compression::kNone;
  int compression_level = 0;  // 0: Kafka's default for the codec
  // Memory for batches that wait, in bytes; each counts as batch_size or its one larger record,
  // also against Options::max_buffer_bytes. A Send that finds it full sends what lingers, then
  // waits at most max_block for what other threads are sending.
  std::size_t buffer_memory = std::size_t{32} << 20;
  absl::Duration max_block = absl::Minutes(1);
  // Largest record, key, value, headers and overhead, in bytes.
  std::size_t max_request_size = std::size_t{1} << 20;
  // Empty: Kafka's default (partitioner.h).
  Partitioner partitioner = {};
  // With a producer id and sequence numbers, so that a batch is never stored twice. (Records that
  // are claimed carry none.) Over a cluster several requests may be under way at a time with it,
  // and one without.
  bool enable_idempotence = false;
  // Over a cluster: librdkafka's properties of this producer alone ("acks", "message.timeout.ms",
  // ...), which win over all that the options above and Options::configs say
  // (docs/guide/cluster.md). Elsewhere it must be empty (InvalidArgument, INVALID_CONFIG).
  std::map<std::string, std::string> configs = {};
};

// What became of a Send. Move-only; may be dropped at once by those who do not want to know. It may
// outlive the producer and the engine. const members are thread-safe.
class RILL_EXPORT PendingSend {
 public:
  PendingSend(PendingSend&& other) noexcept
      : batch_(std::exchange(other.batch_, nullptr)),
        offset_(other.offset_),
        timestamp_ms_(other.timestamp_ms_),
        status_(std::move(other.status_)),
        place_(other.place_),
        settled_(std::exchange(other.settled_, false)) {}
  PendingSend& operator=(PendingSend&& other) noexcept {
    PendingSend taken(std::move(other));  // and lets go of what was here
    std::swap(batch_, taken.batch_);
    std::swap(offset_, taken.offset_);
    std::swap(timestamp_ms_, taken.timestamp_ms_);
    std::swap(status_, taken.status_);
    std::swap(place_, taken.place_);
    std::swap(settled_, taken.settled_);
    return *this;
  }
  ~PendingSend() {
    if (batch_ != nullptr) Release();
  }

  // Whether Wait would return at once.
  bool ready() const;
  // Waits, at most `timeout`, until the record is acknowledged or has failed; then where it landed,
  // or why not. DeadlineExceeded (REQUEST_TIMED_OUT) when the time is over first: the record may
  // still be delivered, and Wait may be called again. Waiting for a record that lingers sends its
  // batch at once, in this thread: nobody waits for the linger. (Over a cluster all that lingers in
  // the producer is sent, by another thread.) FailedPrecondition from within a
  // DeliveryCallback, unless it is ready.
  absl::StatusOr<RecordMetadata> Wait(absl::Duration timeout = absl::InfiniteDuration()) const;

 private:
  friend struct client::PendingSendAccess;
  PendingSend() = default;
  void Release();

  // A partition by name, without a count of those who use the name.
  struct Place {
    static constexpr std::size_t kLongestTopic = 27;

    std::int32_t partition = 0;
    std::uint8_t topic_size = 0;  // 0: the topic's name is longer than that
    char topic[kLongestTopic] = {};
  };
  static_assert(sizeof(Place) == 32, "copied in one move of a vector");

  // The batch that the record shares, or, where the result is known already (settled_) and place_
  // has no room for it, what names the partition.
  client::PendingBatch* batch_ = nullptr;
  std::int64_t offset_ = 0;  // settled: of the record. Else: behind the batch's first
  std::int64_t timestamp_ms_ = 0;
  absl::Status status_;  // settled: what went wrong
  Place place_;          // settled: of the record
  bool settled_ = false;
};

// Called once per record, in whichever thread completes it: one that sends, or the engine's
// maintenance thread. In order of offset for the records that one thread sends to one partition; of
// a record that is refused on the spot, before Send returns. It may Send, to any producer (to find
// buffer_memory full is then an error at once). It must not block or throw, nor
// destroy an engine, or a producer that a call is running on: waiting for a PendingSend, Flush,
// Close (of an engine, too), and ClaimRecord of a producer that has batches (linger, compression,
// idempotence) are FailedPrecondition in it. A producer that it destroys sends what it held back,
// without waiting.
using DeliveryCallback = std::function<void(const absl::StatusOr<RecordMetadata>&)>;

// Room in a partition's log for one record, claimed to be written in place. Fill `value()`, then
// Publish. Destroying it unpublished abandons the record and leaves no trace. To be used and
// destroyed by the thread that claimed it.
//
// While it lives, other appends to the partition wait, and so does whatever else needs its log to
// stand still: fill it and let go. From the thread that has the claim, these would wait for ever:
//   - any other call of this engine's producers, their destruction included
//   - Append, AppendBatch, Flush and DeleteRecordsBefore of the partition
//   - AlterTopicConfigs, DeleteTopic, Backup, RunMaintenance, Flush and Close of the engine
// From another thread they wait until the claim is gone; some of them keep whoever makes or changes
// a topic waiting meanwhile, so do not do that under a claim either, if others may be at it. Reads,
// polls, commits and metrics wait for nothing of this.
class RILL_EXPORT Claim {
 public:
  Claim(Claim&&) noexcept;
  Claim& operator=(Claim&&) noexcept;
  ~Claim();

  // Empty once it is published.
  std::span<char> value() const;
  // Completes the record; where it landed, or why it did not. A second call is FailedPrecondition.
  absl::StatusOr<RecordMetadata> Publish();

 private:
  friend class Producer;
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
  //   InvalidArgument (MESSAGE_TOO_LARGE)   passes max_request_size or max.message.bytes
  //   InvalidArgument (INVALID_RECORD)      see Partition::Append
  //   InvalidArgument (INVALID_TIMESTAMP)   see Partition::Append; a time before 1970
  //   DeadlineExceeded (REQUEST_TIMED_OUT)  buffer_memory stayed full for max_block
  //   ResourceExhausted    the disk is full, or a cap of Options is reached
  //   NotFound             the topic was deleted
  //   FailedPrecondition   producer or engine is closed
  //   DataLoss             the partition's storage failed
  PendingSend Send(const Topic& topic, const ProducerRecord& record);
  // The same, reporting to `callback` instead.
  void Send(const Topic& topic, const ProducerRecord& record, DeliveryCallback callback);

  // Claims room for a record with a value of `value_size` bytes in the log itself. Records that
  // linger for the same partition go out first. Errors as for Send. The record is never compressed.
  // Unimplemented over a cluster: there is no log here to write into.
  absl::StatusOr<Claim> ClaimRecord(const Topic& topic, const ProducerRecord& record,
                                    std::size_t value_size);

  // Sends what lingers and returns when everything sent before is acknowledged or has failed, and
  // the callbacks have been told; the first failure of any Send since the last Flush, also of one
  // that a Wait or a callback has told of.
  // DeadlineExceeded (REQUEST_TIMED_OUT) when that is not all done within `timeout`; an append that
  // this thread has begun is not interrupted, and what is left goes on lingering.
  absl::Status Flush(absl::Duration timeout = absl::InfiniteDuration());

  // Refuses further records, then does as Flush; what no thread has begun to append when `timeout`
  // is over fails, and its callbacks run before this returns. Calling it again is OK; while another
  // thread is at it, waits for that one as long.
  absl::Status Close(absl::Duration timeout = absl::InfiniteDuration());

 private:
  friend class Engine;
  explicit Producer(std::shared_ptr<client::ProducerImpl> impl);
  explicit Producer(std::shared_ptr<client::ClusterProducer> cluster);
  PendingSend SendElsewhere(const Topic& topic, const ProducerRecord& record,
                            DeliveryCallback* callback);

  std::shared_ptr<client::ProducerImpl> impl_;        // null: into a cluster, or moved from
  std::shared_ptr<client::ClusterProducer> cluster_;  // null: into this process's engine
};

}  // namespace rill
