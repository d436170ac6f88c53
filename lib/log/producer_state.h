#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io/file_system.h"
#include "rill/record_batch.h"

namespace rill::log {

// A transaction that a marker ended, for the transaction index.
struct CompletedTransaction {
  std::int64_t producer_id = kNoProducerId;
  std::int64_t first_offset = 0;
  std::int64_t last_offset = 0;  // of the marker
  bool is_aborted = false;
  // Everything below was decided when the marker was written.
  std::int64_t last_stable_offset = 0;
};

// What one partition's log knows of the producers that number their batches: enough to tell a
// repetition from a gap, and where undecided transactions begin. The rules are those of Kafka's
// ProducerStateManager.
//
// A state machine over appended batches; not thread-safe (the log's append lock guards it).
class ProducerState {
 public:
  // Batches remembered of each producer, the last ones.
  static constexpr std::size_t kRememberedBatches = 5;

  struct Batch {
    std::int32_t first_sequence = kNoSequence;
    std::int32_t last_sequence = kNoSequence;
    std::int64_t first_offset = -1;
    std::int64_t last_offset = -1;
    std::int64_t timestamp_ms = kNoTimestamp;  // the batch's largest
    friend bool operator==(const Batch&, const Batch&) = default;
  };

  // `log_name` stands in errors, e.g. "orders-3".
  explicit ProducerState(std::string log_name) : log_name_(std::move(log_name)) {}

  // Whether a client's batch may be appended: nothing, it may; or the earlier batch that it
  // repeats, whose offsets answer it. Batches without a producer id always may. Errors:
  //   InvalidArgument (INVALID_PRODUCER_EPOCH)            an epoch older than the last seen
  //   FailedPrecondition (OUT_OF_ORDER_SEQUENCE_NUMBER)   a gap; a new epoch not begun at sequence
  //   0.
  //       A producer that is not known may begin anywhere: its state may have been expired.
  //   InvalidArgument (INVALID_RECORD)                    a producer id without a sequence
  //   FailedPrecondition (INVALID_REQUEST)                outside its own open transaction
  absl::StatusOr<std::optional<Batch>> Check(BatchView batch) const;

  // Takes note of a batch in the log (offsets set): one that Check let through, or one read back in
  // recovery, which is not checked again. To be called for every batch of the log, in order.
  // Returns the transaction that the batch ended, if any. DataLoss (CORRUPT_MESSAGE) for a control
  // batch whose record is no end-of-transaction marker.
  absl::StatusOr<std::optional<CompletedTransaction>> Update(BatchView batch);

  // Where the first transaction begins that is not decided, or whose marker is not yet below the
  // high watermark. The last stable offset is this, or the high watermark when there is none.
  std::optional<std::int64_t> first_unstable_offset() const;

  // The high watermark (or log start) is `offset` now: transactions whose markers are below it are
  // stable.
  void OnHighWatermark(std::int64_t offset);

  // Forgets producers whose last batch is `expiration_ms` or more before `now_ms`, but for those in
  // a transaction.
  void RemoveExpired(std::int64_t now_ms, std::int64_t expiration_ms);

  // Everything below `offset` is taken into account: the batches since the last Update carried no
  // producer id.
  void AdvanceTo(std::int64_t offset) { end_offset_ = offset; }

  // One past the last offset taken into account.
  std::int64_t end_offset() const { return end_offset_; }
  std::size_t producer_count() const { return producers_.size(); }

  // Nothing is known; the log begins at `offset`.
  void Reset(std::int64_t offset);

  // Kafka's snapshot file, byte for byte (docs/log-format.md): of each producer its last batch.
  std::string FormatSnapshot() const;
  // Takes the place of all that is known; the state is that at `end_offset`. DataLoss
  // (KAFKA_STORAGE_ERROR), naming `path`, for damage; then nothing has changed.
  absl::Status ParseSnapshot(std::string_view bytes, std::int64_t end_offset,
                             const std::string& path);

  // What a snapshot holds of a producer.
  struct SnapshotEntry {
    std::int64_t producer_id = kNoProducerId;
    std::int16_t epoch = kNoProducerEpoch;
    std::int32_t last_sequence = kNoSequence;
    std::int64_t last_offset = -1;  // -1: no batch of this epoch
    std::int32_t offset_delta = 0;  // from the first to the last offset of that batch
    std::int64_t last_timestamp_ms = kNoTimestamp;
    std::int32_t coordinator_epoch = -1;
    std::int64_t transaction_first_offset = -1;  // -1: in no transaction
  };
  // In order of producer id.
  std::vector<SnapshotEntry> SnapshotEntries() const;

  // The snapshot for end_offset() in the folder of the log.
  absl::Status SaveSnapshot(io::FileSystem& files, const std::string& directory, bool sync) const;
  absl::Status LoadSnapshot(io::FileSystem& files, const std::string& directory,
                            std::int64_t end_offset);

 private:
  struct Entry {
    std::int16_t epoch = kNoProducerEpoch;
    std::int32_t coordinator_epoch = -1;
    std::int64_t last_timestamp_ms = kNoTimestamp;
    std::int64_t transaction_first_offset = -1;     // -1: in no transaction
    std::array<Batch, kRememberedBatches> batches;  // the first `batch_count`, oldest first
    std::size_t batch_count = 0;

    const Batch* last_batch() const {
      return batch_count == 0 ? nullptr : &batches[batch_count - 1];
    }
    void SetEpoch(std::int16_t new_epoch);
    void Add(const Batch& batch);
  };
  struct Marker {
    bool is_abort = false;
    std::int32_t coordinator_epoch = 0;
  };

  absl::StatusOr<Marker> ParseMarker(BatchView batch) const;
  absl::Status CheckEpoch(const Entry& entry, BatchView batch) const;
  absl::Status CheckSequence(const Entry& entry, BatchView batch) const;
  absl::Status CheckMarker(const Entry& entry, BatchView batch) const;
  void UpdateData(BatchView batch);
  absl::StatusOr<std::optional<CompletedTransaction>> UpdateMarker(BatchView batch);
  std::string Describe(BatchView batch) const;

  std::string log_name_;
  absl::flat_hash_map<std::int64_t, Entry> producers_;
  std::map<std::int64_t, std::int64_t> undecided_;  // first offset -> producer id
  std::map<std::int64_t, std::int64_t> unstable_;   // decided: first offset -> offset of the marker
  std::int64_t end_offset_ = 0;
};

// "00000000000000001500.snapshot"
std::string ProducerSnapshotName(std::int64_t offset);

}  // namespace rill::log
