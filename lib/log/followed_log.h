#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock_reader.h"
#include "base/mutex.h"
#include "log/log_reader.h"
#include "log/partition_log.h"
#include "log/segment_follower.h"
#include "log/segment_list.h"
#include "log/shared_slot.h"

namespace rill::log {

// Where nobody publishes how far a log reaches: what its last writer left beside it.
class LeftBehind {
 public:
  virtual ~LeftBehind() = default;
  // ResourceExhausted: for want of descriptors or memory it is not known now.
  virtual absl::StatusOr<LogCheckpoint> Checkpoint(const TopicPartition& partition) = 0;
};

// A log that another process writes, or wrote: only to be read, and nothing in its folder is
// written, made or locked. Thread-safe. What changes it is FailedPrecondition.
//
// Its end is what the writer publishes in the partition's slot. Where there is none (no writer has
// the log open), it is where the batches end by the rules of a recovery (LogLoader), which is only
// looked for when the log is opened and when the writer changes. Nothing is believed behind the
// end.
//
// The list of segments is learnt from the folder: when the published end cannot be reached in the
// last one that is known (a roll), when segments were replaced, when the writer is another, and
// when a read fails, before it is told of.
//
// Locks, in the order in which they are taken: follow_mutex_, then slot_mutex_ and the list's for
// an instant.
class FollowedLog final : public PartitionLog {
 public:
  struct Parts {
    LogEnvironment environment;
    std::string directory;  // may be missing
    TopicPartition partition;
    SlotKey key;
    std::shared_ptr<EndSource> ends;
    std::shared_ptr<LeftBehind> left;
  };
  static absl::StatusOr<std::shared_ptr<PartitionLog>> Open(Parts parts);
  explicit FollowedLog(Parts parts);
  ~FollowedLog() override;

  absl::StatusOr<AppendResult> Append(std::string_view batch, BatchOrigin origin,
                                      bool& is_stored) override;
  absl::StatusOr<AppendResult> AppendRecord(const RecordData& record, std::int64_t now_ms) override;
  absl::StatusOr<std::unique_ptr<ClaimedBatch>> Claim(const RecordData& record,
                                                      std::size_t value_size) override;
  absl::StatusOr<Records> Read(std::int64_t offset, const ReadOptions& options) override;
  absl::StatusOr<StoredBatches> ReadStored(std::int64_t offset, std::size_t max_bytes,
                                           std::int64_t end) override;
  absl::StatusOr<std::vector<CompletedTransaction>> AbortedTransactions(std::int64_t begin,
                                                                        std::int64_t end) override;
  absl::Status WaitFor(std::int64_t offset, absl::Duration timeout) override;
  absl::StatusOr<TimestampedOffset> OffsetForTime(absl::Time time) override;
  absl::StatusOr<TimestampedOffset> OffsetOfLargestTimestamp() override;

  std::int64_t log_start_offset() const override;
  std::int64_t high_watermark() const override;
  std::int64_t log_end_offset() const override { return high_watermark(); }
  std::int64_t recovery_point() const override { return 0; }
  std::int32_t leader_epoch() const override { return -1; }
  absl::StatusOr<LeaderEpochs::EndOffset> EndOfLeaderEpoch(std::int32_t epoch) override;
  absl::StatusOr<std::vector<ProducerState::SnapshotEntry>> ActiveProducers() override;
  std::uint64_t size_bytes() const override { return segments_.SizeBytes(); }
  bool is_closed() const override { return closed_.load(); }
  std::size_t segment_count() const override { return segments_.Count(); }
  void CountRefusedAppend() override {}
  void AddTo(LogCounts& counts) const override { reader_.AddTo(counts); }
  const TopicPartition& topic_partition() const override { return parts_.partition; }
  const std::string& directory() const override { return parts_.directory; }

  std::shared_ptr<void> Observe(Observer) override { return nullptr; }
  void PublishTo(std::shared_ptr<EndPublisher>) override {}
  absl::StatusOr<std::int64_t> DeleteRecordsBefore(std::int64_t offset) override;
  absl::Status Flush() override;
  void SetConfig(const LogConfig&) override {}
  absl::StatusOr<Cleanability> CleanableAt(absl::Time now) override;
  absl::StatusOr<CleanProgress> Clean(const CleanOptions& options) override;
  std::int64_t first_dirty_offset() const override { return -1; }
  absl::Time Maintain(absl::Time now) override;
  absl::StatusOr<LogCheckpoint> Backup(io::FileSystem& files,
                                       const std::string& directory) override;
  absl::Status Close() override;
  void Abandon(absl::Status reason) override;

 private:
  struct Listed {
    std::int64_t base_offset;
    std::uint32_t size;
    bool has_index;
    // Of one that a swap left under another name: it, and what comes behind its last batch.
    std::shared_ptr<Segment> held = nullptr;
    std::int64_t next_offset = -1;
  };
  // Of the list of segments; all of it where there was nothing left to look at.
  enum class Reuse { kAll, kKnownSegments, kNothing };
  // How files are called: as a writer calls them, or as one left them that may have died in a swap.
  enum class Names { kInPlace, kAsLeft };
  // What becomes of a look at what is left where there is a writer, after all.
  enum class Disturbance { kIsBorne, kKeepsWhatIsKnown };
  // Who reads looks again at what could not be looked at a moment ago, and is told why.
  enum class ForWhom { kWhoReads, kWhoAsks };
  struct WhatIsLeft {
    SegmentList::Segments segments;
    std::int64_t first = 0;  // base offset
    std::int64_t start = 0;
    std::int64_t end = 0;
  };

  // What the writer shows that moves when files go or get other names.
  struct Standing {
    std::uint64_t writer = 0;
    std::uint64_t replacements = 0;
    std::int64_t log_start_offset = 0;
    friend bool operator==(const Standing&, const Standing&) = default;
  };
  class Patience;

  // What `look` gives, with the list of segments as it was all the time.
  template <typename Look>
  auto UntilSettled(const Look& look) -> decltype(look());

  Standing HowItStands() const;
  EndSource::Found Slot() const;
  // The same, once what is left is looked at.
  EndSource::Found Caught() const;
  bool IsToLook(ForWhom whom) const;
  void TellOfFailedLook(const absl::Status& why) const;
  std::int64_t StartIn(const EndSource::Found& found) const;
  std::int64_t EndIn(const EndSource::Found& found) const;
  absl::Status ReadOnly() const;
  absl::Status WhyClosed() const;

  // Brings the list of segments to what the slot says, or the folder has. This and what follows
  // changes what is known of the log, not the log.
  absl::Status Follow() const;
  absl::Status Catch(Reuse reuse) const;
  absl::Status CatchLocked(Reuse reuse) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(follow_mutex_);
  absl::Status FollowTo(std::int64_t end, const SharedSlot& slot, std::uint64_t replacements,
                        Reuse reuse, Names names) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(follow_mutex_);
  absl::Status FollowLast(const Listed& listed, bool was_last, std::int64_t end,
                          std::unique_ptr<SegmentFollower>& last) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(follow_mutex_);
  absl::StatusOr<std::shared_ptr<Segment>> Earlier(const Listed& listed, bool was_last,
                                                   std::int64_t next_offset,
                                                   const SegmentList::Segments& known) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(follow_mutex_);
  bool WasReplaced() const;
  absl::Status BeingReplaced() const;
  absl::StatusOr<std::vector<Listed>> List(Names names) const;
  std::shared_ptr<Segment> Make(const Listed& listed, std::uint32_t end) const;
  absl::StatusOr<std::shared_ptr<Segment>> Complete(const Listed& listed,
                                                    std::int64_t next_offset) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(follow_mutex_);
  absl::StatusOr<bool> HasStopperBehind(const Listed& listed, std::int64_t next_offset) const;
  // followed_log_left.cc
  absl::Status PutInPlace(std::vector<Listed>& listed) const;
  absl::Status CheckFolderIsOurs() const;
  absl::StatusOr<bool> CatchWhatIsLeft(std::uint64_t writer, Disturbance disturbance) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(follow_mutex_);
  absl::StatusOr<WhatIsLeft> FindWhatIsLeft() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(follow_mutex_);
  absl::StatusOr<ScanResult> ScanLeft(const Listed& listed, std::int64_t next_base_offset,
                                      bool validate) const;
  absl::StatusOr<ScanResult> LastIndexed(const Listed& listed, io::File& file) const;

  const Parts parts_;
  const std::shared_ptr<LogMetrics> metrics_;
  const base::ClockReader clock_;
  const std::string name_;  // "topic-0", for messages
  mutable SegmentList segments_;
  const LogReader reader_;

  mutable absl::Mutex follow_mutex_;
  mutable std::unique_ptr<SegmentFollower> last_
      ABSL_GUARDED_BY(follow_mutex_);  // of the last segment
  std::int64_t idle_since_offset_ ABSL_GUARDED_BY(follow_mutex_) = -1;
  mutable std::atomic<bool> is_known_ = false;           // whether the folder was ever looked at
  mutable std::atomic<std::uint64_t> known_writer_ = 0;  // by whom the list of segments is
  mutable std::atomic<std::uint64_t> replacements_ = 0;  // of the slot, when the list was learnt
  mutable std::atomic<std::int64_t> known_end_ = 0;      // the list leads up to here
  mutable std::atomic<std::int64_t> known_start_ = 0;    // where nobody publishes one
  mutable std::atomic<std::int64_t> first_base_offset_ = 0;

  mutable base::Mutex slot_mutex_;
  mutable EndSource::Found slot_ ABSL_GUARDED_BY(slot_mutex_);
  mutable std::uint64_t slot_version_ ABSL_GUARDED_BY(slot_mutex_) = 0;
  mutable bool has_slot_version_ ABSL_GUARDED_BY(slot_mutex_) = false;
  // What the last writer left, as a number (EndSource::Found::writer), where that was not looked at
  // yet: since then there was no other. 0: nothing.
  mutable std::atomic<std::uint64_t> left_ = 0;
  mutable std::optional<base::Deadline> look_again_ ABSL_GUARDED_BY(slot_mutex_);
  mutable std::optional<base::Deadline> has_writer_until_ ABSL_GUARDED_BY(slot_mutex_);
  mutable std::uint64_t told_of_ ABSL_GUARDED_BY(slot_mutex_) = 0;  // which could not be looked at

  std::atomic<bool> closed_ = false;
  absl::Status why_closed_ ABSL_GUARDED_BY(slot_mutex_);
};

}  // namespace rill::log
