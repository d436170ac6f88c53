#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/buffer.h"
#include "log/cleaned_transactions.h"
#include "log/offset_map.h"
#include "record/batch_walker.h"
#include "record/codec.h"
#include "rill/record_batch.h"

namespace rill::log {

// The last that the log has of a producer which is known to it.
struct LastOfProducer {
  std::int64_t last_data_offset = -1;  // -1: nothing but markers
  std::int16_t epoch = kNoProducerEpoch;
};
using LastOfProducers = absl::flat_hash_map<std::int64_t, LastOfProducer>;

struct CompactionRules {
  std::int64_t now_ms = 0;
  std::int64_t delete_retention_ms = 0;
  // The batch that ends there keeps its offsets: it may be the log's last.
  std::int64_t high_watermark = 0;
  LastOfProducers producers;
  std::size_t max_records_size = record::kMaxRecordsSize;  // of a batch, uncompressed
};

// Which records and batches compaction keeps, by Kafka's rules:
//
//   - a record stays when the map knows no later one of its key, or does not reach as far. A record
//     without a key goes
//   - a tombstone (a null value) that stays gives its batch a delete horizon, delete.retention.ms
//     from now, when it has none; past that it goes
//   - data of aborted transactions goes. A marker goes once no data of its transaction was met and
//     the horizon that it was then given has passed
//   - a batch that loses records keeps its offsets, its codec and what it says of its producer. One
//     that loses all goes, but for a producer's last one and the one that ends at the high
//     watermark: of those the header stays
//
// To be given all batches of a log in order. A pure function of those but for the memory it works
// in; not thread-safe.
class CompactionFilter {
 public:
  // `newest` and `transactions` must outlive this.
  CompactionFilter(const OffsetMap* newest, CleanedTransactions* transactions,
                   CompactionRules rules)
      : newest_(*newest), transactions_(*transactions), rules_(std::move(rules)) {}

  struct Kept {
    // What stays: nothing, or a batch, which is valid until the next call; where nothing changed,
    // the batch's own bytes.
    std::string_view bytes;
    std::optional<CompletedTransaction> aborted = std::nullopt;  // for the transaction index
  };
  // `batch` is sound (ValidateBatch). ResourceExhausted when its records pass the rules' size, or
  // memory is refused.
  absl::StatusOr<Kept> Filter(BatchView batch);

 private:
  bool IsLastOfProducer(BatchView batch) const;
  bool Keeps(BatchView batch, const RecordView& record) const;
  absl::StatusOr<std::string_view> FilterRecords(BatchView batch, bool is_marker_of_nothing);
  absl::StatusOr<std::string_view> Rebuild(BatchView batch, std::string_view records,
                                           std::int64_t delete_horizon_ms);

  const OffsetMap& newest_;
  CleanedTransactions& transactions_;
  const CompactionRules rules_;
  record::Codec codec_;
  base::Buffer scratch_;
  std::string rebuilt_;
};

}  // namespace rill::log
