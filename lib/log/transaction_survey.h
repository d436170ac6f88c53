#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "log/cleaned_transactions.h"
#include "log/producer_state.h"
#include "rill/record_batch.h"

namespace rill::log {

// Finds the transactions of a log that were aborted and of which there is data left. A state
// machine over the batches of a log, in order; not thread-safe. In memory are the transactions that
// are under way, and those that it has found.
class TransactionSurvey {
 public:
  // The next batch. DataLoss where it is of a transaction and its CRC does not match: what it says
  // decides about data of others.
  absl::Status OnBatch(BatchView batch);

  // Whether transactions are under way that began below `offset`.
  bool HasUndecidedBelow(std::int64_t offset) const {
    return !undecided_.empty() && undecided_.begin()->first < offset;
  }
  std::vector<CompletedTransaction> TakeAborted() { return std::move(aborted_); }

 private:
  void OnMarker(BatchView batch);

  absl::flat_hash_map<std::int64_t, std::int64_t> ongoing_;    // producer id -> first offset
  std::set<std::pair<std::int64_t, std::int64_t>> undecided_;  // first offset, producer id
  std::vector<CompletedTransaction> aborted_;
};

}  // namespace rill::log
