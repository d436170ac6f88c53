#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/buffer.h"
#include "log/batch_cursor.h"
#include "log/cleaned_segment.h"
#include "log/cleaned_transactions.h"
#include "log/cleaning.h"
#include "log/compaction_filter.h"
#include "log/log_config.h"
#include "log/offset_map.h"
#include "log/partition_log.h"
#include "log/segment.h"
#include "log/segment_groups.h"
#include "log/transaction_survey.h"
#include "record/codec.h"

namespace rill::log {

// What one cleaning of a log is to do, fixed when it begins.
struct CompactionPlan {
  std::vector<std::shared_ptr<Segment>> segments = {};  // all of the log
  std::int64_t first_dirty_offset = 0;
  std::int64_t end_offset = 0;      // the base offset of the first segment that stays as it is
  std::int64_t high_watermark = 0;  // transactions that begin below end_offset are decided below it
  LogConfig config = {};
  LastOfProducers producers = {};
  std::int64_t now_ms = 0;
  std::size_t map_bytes = 0;
};

// One cleaning of a log, in steps of a batch each:
//
//   survey   the headers of all batches: how many records the dirty section has, and which
//            transactions were aborted
//   map      the dirty section: the last offset of each key, until the map is full
//   rewrite  from the log's first segment on, group by group: what stays goes into a new segment,
//            which the owner puts in the place of the group (TakeReady)
//
// Reads the log as a reader does, and writes .cleaned files and no others. In memory are the map,
// the buffers of a batch and of a segment that is written, and aborted transactions. Not
// thread-safe.
class Compaction {
 public:
  Compaction(const LogEnvironment& environment, CompactionPlan plan);

  // Takes steps until `bytes` have been read and written, a group is ready or all is over; counts
  // them in `progress`.
  absl::Status Run(std::uint64_t bytes, CleanProgress& progress);

  // A group of segments and what compaction made of them, its files synced.
  struct Group {
    std::vector<std::shared_ptr<Segment>> segments;
    std::unique_ptr<CleanedSegment> cleaned;
  };
  // A group is written and synced: it is to be taken, and swapped before the next Run.
  bool is_ready() const { return ready_; }
  const Group& ready() const { return group_; }
  Group TakeReady();

  // Where the log begins, as far as this knows.
  std::int64_t begin_offset() const { return begin_offset_; }
  // Retention has taken the segments below `offset`, where another one begins, meanwhile: goes on
  // with what is left, as if the log had begun there. A group that lost segments is begun again
  // without them, its files removed; on an error of that this is to be given up.
  absl::Status ForgetBelow(std::int64_t offset);
  // Everything below end_offset() is compacted.
  bool is_over() const { return phase_ == Phase::kOver; }
  std::int64_t end_offset() const { return newest_->latest_offset() + 1; }
  // Nothing below is there any more that would have been looked at.
  bool IsAllBelow(std::int64_t offset) const { return offset >= plan_.end_offset; }

  // Removes the files of the group that is being written.
  absl::Status RemoveFiles() {
    return group_.cleaned == nullptr ? absl::OkStatus() : group_.cleaned->Remove();
  }

 private:
  enum class Phase { kSurvey, kMap, kRewrite, kOver };

  absl::Status Step(CleanProgress& progress);
  absl::Status Survey(CleanProgress& progress);
  absl::Status BeginMap();
  absl::Status Map(CleanProgress& progress);
  absl::StatusOr<bool> PutRecords(BatchView batch);
  void BeginRewrite();
  void Rewind();
  absl::Status BeginGroup();
  absl::Status Rewrite(CleanProgress& progress);
  absl::Status CheckSound(BatchView batch);
  bool IsDirtyData(BatchView batch) const;
  void CountRecords(BatchView batch);
  BatchCursor Walk(std::int64_t from, std::int64_t end) const;
  // The aborted transactions whose markers are at `offset` or behind.
  std::vector<CompletedTransaction> AbortedFrom(std::int64_t offset) const;

  const LogEnvironment& environment_;
  const CompactionPlan plan_;
  std::int64_t begin_offset_;
  Phase phase_ = Phase::kSurvey;
  BatchCursor cursor_;

  TransactionSurvey survey_;
  std::uint64_t dirty_records_ = 0;
  std::vector<std::uint64_t> records_;  // of each of the plan's segments, as far as they were met
  std::size_t surveyed_ = 0;            // the one of the last batch
  std::vector<CompletedTransaction> aborted_;

  std::optional<OffsetMap> newest_;
  std::optional<CleanedTransactions> transactions_;
  record::Codec codec_;
  base::Buffer scratch_;

  std::optional<CompactionFilter> filter_;
  std::vector<SegmentFacts> facts_;  // of the plan's segments that are rewritten, in order
  std::size_t group_begin_ = 0;      // of the group that was begun last, in the plan's segments,
  std::size_t next_segment_ = 0;     // and behind it
  Group group_;                      // that is being written; empty between two
  bool ready_ = false;
};

}  // namespace rill::log
