#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "log/producer_state.h"
#include "record/control.h"
#include "rill/record_batch.h"

namespace rill::log {

// What a control batch is about: the first record's type, or that compaction emptied it before.
// kUnknown also for what cannot be read.
struct ControlContent {
  bool is_empty = false;
  record::ControlType type = record::ControlType::kUnknown;
};
ControlContent ControlContentOf(BatchView batch);

// Which transactions a cleaner meets on its way through a log, by Kafka's rules: data of aborted
// ones goes at once, whatever its keys; a marker may go when no data of its transaction is left.
//
// A state machine over the batches of a log, in order; not thread-safe.
class CleanedTransactions {
 public:
  // The transactions that were aborted, in any order; only of those whose data may be met.
  explicit CleanedTransactions(std::vector<CompletedTransaction> aborted);

  // A data batch comes next. Whether it belongs to an aborted transaction.
  bool OnData(BatchView batch);

  struct Marker {
    bool may_go = false;
    // An abort marker that has to stay: what the new segment's transaction index says of it.
    std::optional<CompletedTransaction> aborted = std::nullopt;
  };
  // A control batch comes next.
  Marker OnControl(BatchView batch);

 private:
  struct Aborted {
    CompletedTransaction transaction;
    bool has_data = false;  // a batch of it was met
  };
  struct BeginsLater {
    bool operator()(const CompletedTransaction& a, const CompletedTransaction& b) const {
      return a.first_offset > b.first_offset;
    }
  };

  void BeginUpTo(std::int64_t offset);

  std::priority_queue<CompletedTransaction, std::vector<CompletedTransaction>, BeginsLater> ahead_;
  absl::flat_hash_map<std::int64_t, Aborted> ongoing_aborted_;  // by producer id
  absl::flat_hash_set<std::int64_t> ongoing_committed_;
};

}  // namespace rill::log
