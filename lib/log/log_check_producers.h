#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "io/file_system.h"
#include "log/check_finding.h"
#include "log/producer_state.h"
#include "rill/record_batch.h"

namespace rill::log {

// Holds a log's producer snapshots and transaction indexes against its batches, which are shown to
// it in order. Not thread-safe.
class ProducerCheck {
 public:
  struct Setting {
    io::FileSystem* files = nullptr;
    std::string directory = {};
    std::string name = {};  // of the log, e.g. "orders-3"
    bool may_have_gaps = false;
    // All that producers wrote is in the log: nothing was deleted at its start.
    bool has_whole_past = false;
    std::int64_t first_offset = 0;             // where the batches begin
    std::vector<std::int64_t> snapshots = {};  // there are files for; rising
    // Damaged snapshots from this offset on are what a crash may leave.
    std::int64_t trusted_end = INT64_MAX;
  };
  ProducerCheck(Setting setting, FolderFindings* findings);

  // A sound batch at `position` of the file.
  void Batch(BatchView batch, const std::string& file, std::uint32_t position);
  // Batches were left out: what producers did in them is not known.
  void Skip();
  // The transactions that the segment's batches so far have aborted stand in <stem>.txnindex;
  // `kind` is what contradictions are.
  void FinishSegment(const std::string& stem, bool has_index, Finding::Kind kind);
  // The log ends at `end_offset`; snapshots behind it are of `kind`.
  void Finish(std::int64_t end_offset, Finding::Kind kind);

  // Offsets of the snapshots that are damaged or disagree.
  const std::vector<std::int64_t>& bad_snapshots() const { return bad_snapshots_; }

 private:
  void CompareUpTo(std::int64_t offset);
  void Compare(std::int64_t offset);
  // What a snapshot says wrongly; empty when it agrees with the batches.
  std::string Contradiction(const ProducerState& stored) const;
  std::string Contradiction(const ProducerState::SnapshotEntry& stored,
                            const ProducerState::SnapshotEntry* replayed) const;
  void CompareTransactions(std::string_view bytes, const std::string& file, Finding::Kind kind);

  const Setting setting_;
  FolderFindings* const findings_;
  ProducerState state_;
  bool is_known_ = true;  // state_ is what the batches from from_ on give
  bool has_all_ = true;   // and there is nothing before from_
  std::int64_t from_ = 0;
  std::size_t next_snapshot_ = 0;
  std::vector<CompletedTransaction> aborted_;  // in this segment
  std::vector<std::int64_t> bad_snapshots_;
};

}  // namespace rill::log
