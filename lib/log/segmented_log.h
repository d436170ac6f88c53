#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock_reader.h"
#include "base/mutex.h"
#include "base/wakeup.h"
#include "log/compaction.h"
#include "log/index_continuation.h"
#include "log/leader_epochs.h"
#include "log/log_reader.h"
#include "log/next_segment.h"
#include "log/partition_log.h"
#include "log/producer_state.h"
#include "log/segment.h"
#include "log/segment_list.h"
#include "log/segment_swap.h"
#include "log/segment_writer.h"
#include "record/single_record_batch.h"

namespace rill::log {

// `time_ms` and `delay_ms`, which is not negative, together; without passing the largest there is.
constexpr std::int64_t Later(std::int64_t time_ms, std::int64_t delay_ms) {
  return time_ms > INT64_MAX - delay_ms ? INT64_MAX : time_ms + delay_ms;
}
// `delay_ms`, which is not negative, before `time_ms`; without passing the smallest there is.
constexpr std::int64_t Before(std::int64_t time_ms, std::int64_t delay_ms) {
  return time_ms < INT64_MIN + delay_ms ? INT64_MIN : time_ms - delay_ms;
}

// The PartitionLog there is: a list of segments, the last of which is written.
//
// Locks, in the order in which they are taken:
//   cleaning_mutex_      one slice of a cleaning, Close or Abandon at a time
//   maintenance_mutex_   one Maintain, swap of segments, Close or DeleteRecordsBefore at a time
//   flush_mutex_         who flushes, who waits for it; not held while flushing
//   append_mutex_        the writer, sequences, epochs
//   segments_            inside SegmentList: the list, for an instant
//   observers_mutex_     the observers, while they are called
// Reads take only the last two, and those only shared or for an instant; offsets are atomics.
//
// Order of publication: a segment's end, then log_end_offset_, then high_watermark_. Whoever has
// seen a high watermark therefore finds the batches below it.
class SegmentedLog final : public PartitionLog, public std::enable_shared_from_this<SegmentedLog> {
 public:
  SegmentedLog(const LogEnvironment& environment, std::string directory,
               const TopicPartition& partition, const LogConfig& config);
  ~SegmentedLog() override;

  // Part of PartitionLog::Open.
  absl::Status Load(const LogCheckpoint& checkpoint);

  // Below it no transaction is open, and everything is committed (Kafka's last stable offset).
  std::int64_t last_stable_offset();

  using PartitionLog::Append;
  absl::StatusOr<AppendResult> Append(std::string_view batch, BatchOrigin origin,
                                      bool& is_stored) override;
  using PartitionLog::AppendRecord;
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

  std::int64_t log_start_offset() const override { return log_start_offset_.load(); }
  std::int64_t high_watermark() const override { return high_watermark_.load(); }
  std::int64_t log_end_offset() const override {
    return log_end_offset_.load(std::memory_order_acquire);
  }
  std::int64_t recovery_point() const override { return recovery_point_.load(); }
  std::int32_t leader_epoch() const override {
    return leader_epoch_.load(std::memory_order_relaxed);
  }
  absl::StatusOr<LeaderEpochs::EndOffset> EndOfLeaderEpoch(std::int32_t epoch) override;
  absl::StatusOr<std::vector<ProducerState::SnapshotEntry>> ActiveProducers() override;
  std::uint64_t size_bytes() const override;
  bool is_closed() const override { return closed_.load(); }
  std::size_t segment_count() const override { return segments_.Count(); }
  void CountRefusedAppend() override { append_failures_.Add(1); }
  void AddTo(LogCounts& counts) const override;
  const TopicPartition& topic_partition() const override { return *partition_; }
  const std::string& directory() const override { return directory_; }

  std::shared_ptr<void> Observe(Observer observer) override;
  void PublishTo(std::shared_ptr<EndPublisher> publisher) override;
  absl::StatusOr<std::int64_t> DeleteRecordsBefore(std::int64_t offset) override;
  absl::Status Flush() override;
  void SetConfig(const LogConfig& config) override;
  absl::Time Maintain(absl::Time now) override;
  absl::StatusOr<Cleanability> CleanableAt(absl::Time now) override;
  absl::StatusOr<CleanProgress> Clean(const CleanOptions& options) override;
  std::int64_t first_dirty_offset() const override { return first_dirty_offset_.load(); }
  absl::StatusOr<LogCheckpoint> Backup(io::FileSystem& files,
                                       const std::string& directory) override;
  absl::Status Close() override;
  void Abandon(absl::Status reason) override;

 private:
  friend class AppendProbe;
  friend class ClaimedRecordBatch;

  static constexpr std::size_t kCacheLine = 64;
  // What failed for want of space or descriptors is tried again after this.
  static constexpr std::int64_t kRetryMs = std::int64_t{5} * 1000;

  // What the checks in front of an append found out about a batch.
  struct Incoming {
    std::int64_t max_timestamp_ms;
    std::uint32_t size;
    std::int32_t last_offset_delta;
  };

  // One flush, for all who wait for it. One of them leads it, and writes its status before it says
  // that it is over.
  struct FlushRound {
    bool has_begun = false;   // under flush_mutex_, as
    std::int64_t covers = 0;  // the offset that it flushes up to, once it has begun
    absl::Status status;
    std::atomic<bool> is_over = false;
    base::Wakeup wakeup;

    void AwaitEnd();
  };

  // read.cc
  void SayHole(std::int64_t begin, std::int64_t end);

  // claim.cc
  absl::StatusOr<std::unique_ptr<ClaimedBatch>> TryClaim(const RecordData& record,
                                                         std::size_t value_size);

  // append.cc
  absl::Status Named(const absl::Status& status) const;
  absl::StatusOr<BatchView> CheckBatch(std::string_view bytes, BatchOrigin origin,
                                       std::string& converted) const;
  void WarnOf(const absl::Status& refused);
  absl::Status CheckSize(std::size_t size) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::StatusOr<char*> Room(Incoming batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  bool RollIsDue(Incoming batch) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  enum class RollFor { kAppend, kDeletion };
  // For a deletion of the segment that is ended here, the new one may be without room for now.
  absl::Status Roll(RollFor purpose) ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::Status Enlarge() ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::Status BeginSegment(const std::shared_ptr<Segment>& segment)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  void Publish(Incoming batch, std::int64_t last_offset)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::StatusOr<AppendResult> AppendSealed(BatchView batch, std::int64_t& flush_target,
                                            bool& is_stored)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::Status BeginRecord(const record::SingleRecordBatch& batch, const RecordData& record,
                           std::int64_t now_ms, std::int64_t& timestamp_ms, char*& room,
                           char*& value) ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  AppendResult FinishRecord(const record::SingleRecordBatch& batch, char* room,
                            std::int64_t timestamp_ms) ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  // The offset that must be flushed before the append is acknowledged, or -1.
  std::int64_t FlushTarget() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  // Returns when what was appended up to `flush_target` is acknowledged.
  absl::Status Acknowledge(std::int64_t flush_target);
  void ShowHighWatermark(std::int64_t offset) ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  // For what is not under the append lock. Does nothing where the log is not published.
  void WithPublisher(const std::function<void(EndPublisher&)>& tell)
      ABSL_LOCKS_EXCLUDED(publisher_mutex_);
  // Around changes of the names of files, also several at a time: other processes do not look at
  // the folder meanwhile.
  void BeginNameChange() ABSL_LOCKS_EXCLUDED(publisher_mutex_);
  void EndNameChange() ABSL_LOCKS_EXCLUDED(publisher_mutex_);
  void NotifyObservers();
  std::int64_t NowMs() const { return clock_.NowMs(); }

  // rest.cc
  // Why appends are refused, or OK: there is a writer then.
  absl::Status BecomeWritable() ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::Status Wake() ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::Status CheckRested(const Segment& segment) ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::Status OwnLast(const Segment& segment) ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  bool IsResting() const;
  absl::Status Rest() ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  void RestIfIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);

  // flush.cc
  absl::Status FlushUpTo(std::int64_t offset);
  bool JoinFlush(std::int64_t offset, std::shared_ptr<FlushRound>& round,
                 std::shared_ptr<FlushRound>& before) ABSL_EXCLUSIVE_LOCKS_REQUIRED(flush_mutex_);
  absl::Status LeadFlush(FlushRound& round);
  absl::Status FlushOnce();
  absl::Status SyncSegment(io::Mapping& mapping);
  absl::Status SyncFolder();
  void MarkFlushed(std::int64_t offset);
  // A segment that is not sealed, and the file that it is mapped from.
  struct Written {
    explicit Written(const SegmentWriter& writer)
        : mapping(writer.mapping()), segment(writer.segment()), file_id(writer.file_id()) {}
    std::shared_ptr<io::Mapping> mapping;
    std::shared_ptr<Segment> segment;
    io::FileId file_id;
  };
  absl::Status CheckThere(const Written& written);
  // Refuses appends from now on; returns why.
  absl::Status Fail(const std::string& why);
  // The same in an append, under whose lock nothing is said: the maintenance tells.
  absl::Status FailWriting(const std::string& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::Status Failure(std::string_view why) const;

  // retention.cc
  void RollBeforeDeletion(std::int64_t offset) ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status DeleteSegmentsBelow(std::int64_t offset)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status KeepProducers(std::int64_t offset) ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status SyncSnapshot(std::int64_t offset) ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status SnapshotPresent() ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  bool IsBase(std::int64_t offset) const;
  // Makes the one at a segment's base durable; false where there is no sound one.
  absl::StatusOr<bool> SyncSnapshotAt(std::int64_t base_offset)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  void ApplyRetention(std::int64_t now_ms) ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  std::int64_t TimeRetentionTarget(const LogConfig& config, std::int64_t now_ms)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  // The base offset of the segment that it began.
  std::optional<std::int64_t> RollIfExpired(Segment& last,
                                            const std::function<bool(std::int64_t)>& is_expired)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  std::int64_t SizeRetentionTarget(const LogConfig& config);
  void ForgetSnapshotsBelow(std::int64_t offset) ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::Status TruncateEpochs(bool sync) ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  // A file that has its .deleted name goes when nobody else can be reading it any more.
  void Doom(const std::string& path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  void RemoveDoomedFiles(std::int64_t now_ms) ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);

  // cleaning.cc
  std::int64_t BeginOfDirt() const;
  std::int64_t EndOfSettled();
  absl::StatusOr<Cleanability> MeasureDirt(const LogConfig& policy, std::int64_t now_ms)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status CleanSlice(const CleanOptions& options, CleanProgress& progress)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(cleaning_mutex_);
  void Count(const CleanProgress& slice, const absl::Status& status, std::int64_t nanos)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(cleaning_mutex_);
  absl::Status BeginCleaning(const CleanOptions& options)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(cleaning_mutex_);
  absl::Status RemoveUnfinished() ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  bool IsOutdated() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(cleaning_mutex_);
  void EndCleaning() ABSL_EXCLUSIVE_LOCKS_REQUIRED(cleaning_mutex_);
  absl::Status ForgetDeleted(CleanProgress& progress)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(cleaning_mutex_);
  absl::Status SwapIn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(cleaning_mutex_);
  absl::Status GoOnWithSwap() ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status ShowSwap() ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status SyncFolderChange();
  bool IsSound() const;

  // backup.cc
  struct CopiedSegment {
    std::shared_ptr<Segment> segment;
    std::uint32_t end = 0;
    std::optional<io::FileId> file_id;  // where known
  };
  struct BackupCut {
    SegmentList::Segments finished;  // linked
    std::vector<CopiedSegment> copied;
    std::int64_t start_offset = 0;
    std::int64_t end_offset = 0;
  };
  void RollForBackup() ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status SealForBackup() ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  BackupCut CutForBackup() ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  // Of a segment that is not sealed.
  std::optional<io::FileId> FileIdOf(const Segment& segment) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::Status CopySegment(io::FileSystem& files, const CopiedSegment& copied,
                           const std::string& directory);
  absl::Status LinkSegment(io::FileSystem& files, const Segment& segment,
                           const std::string& directory);
  absl::Status LinkStates(io::FileSystem& files, const std::string& directory,
                          std::int64_t end_offset);

  // seal.cc
  // A rolled segment that still has its stopper behind it.
  struct Tail {
    std::shared_ptr<const Segment> segment;
    io::FileId file_id;
    std::int64_t due_ms;
  };
  void PrepareNextSegment() ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status SealRolled(std::size_t most) ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  void HelpSealing();
  // CutReserve and SealCut.
  absl::Status Seal(SegmentWriter& writer, std::size_t tail)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status CutReserve(SegmentWriter& writer, std::size_t tail)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status SealCut(SegmentWriter& writer, std::size_t tail)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status CutTails(std::int64_t now_ms, bool sync)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status CutTail(const Tail& tail, bool sync);

  // maintain.cc
  absl::Status RollIfAged(const LogConfig& config, std::int64_t now_ms);
  void CheckStillThere();
  absl::Time ForgetIdleProducers(const LogConfig& config, std::int64_t now_ms)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  bool SaveOwedSnapshots() ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Time UnloadIdle(std::int64_t now_ms) ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  std::int64_t SegmentBegunMs() const;  // the one that is written
  bool FlushIsOverdue(const LogConfig& config, std::int64_t begun_ms)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Time FlushIfDue(const LogConfig& config, std::int64_t now_ms)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  absl::Status SealAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(maintenance_mutex_);
  void DropWriters();
  // Refuses all further calls for `reason`; returns why appends were refused before.
  absl::Status Stop(absl::Status reason);
  // Why the log takes no more appends, and once it is closed no more calls.
  absl::Status WhyClosed() const;

  absl::Status OpenWriter(std::shared_ptr<Segment> segment, std::int64_t next_offset,
                          std::shared_ptr<GrowingIndex> index, const IndexBuilder& builder,
                          std::uint32_t limit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::Status OpenEmptyWriter(const std::shared_ptr<Segment>& segment, std::uint32_t limit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  void Use(std::unique_ptr<SegmentWriter> writer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  std::shared_ptr<const LogConfig> config() const;
  void Say(LogLevel level, const std::string& line) const;

  const LogEnvironment environment_;
  const std::shared_ptr<LogMetrics> metrics_;
  const base::ClockReader clock_;
  const std::string directory_;
  const std::shared_ptr<const TopicPartition> partition_;
  const std::string name_;  // "topic-0", for messages

  // A line that each append writes and a waiting reader looks at all the time has nothing else on
  // it, for whoever touches it takes it away from the other's processor: some 100 ns.
  alignas(kCacheLine) std::atomic<std::int64_t> high_watermark_ = 0;
  // A line that readers and appends look at, and that seldom changes: what readers count does not
  // stand on it.
  alignas(kCacheLine) std::atomic<std::int64_t> log_start_offset_ = 0;
  std::atomic<bool> closed_ = false;  // reads after Close fail; set once
  // Set for configs that need a look into every record or batch before it is appended.
  std::atomic<bool> inspects_batches_ = false;
  std::atomic<bool> is_compacted_ = false;  // cleanup.policy, for readers, who take no lock

  // What readers store to: the list's lock, and behind it their counts.
  alignas(kCacheLine) SegmentList segments_;
  const LogReader reader_;

  alignas(kCacheLine) std::atomic<std::int64_t> log_end_offset_ = 0;
  std::atomic<std::int64_t> recovery_point_ = 0;
  std::atomic<std::int64_t> first_dirty_offset_ = -1;

  absl::Mutex cleaning_mutex_ ABSL_ACQUIRED_BEFORE(maintenance_mutex_);
  std::unique_ptr<Compaction> cleaning_ ABSL_GUARDED_BY(cleaning_mutex_);  // that was begun

  absl::Mutex maintenance_mutex_ ABSL_ACQUIRED_BEFORE(flush_mutex_);
  absl::Mutex flush_mutex_ ABSL_ACQUIRED_BEFORE(append_mutex_);
  // The flush that is under way or about to begin, and the one after it.
  std::shared_ptr<FlushRound> flush_ ABSL_GUARDED_BY(flush_mutex_);
  std::shared_ptr<FlushRound> next_flush_ ABSL_GUARDED_BY(flush_mutex_);

  absl::Mutex sync_mutex_ ABSL_ACQUIRED_BEFORE(append_mutex_);
  absl::Status sync_failure_
      ABSL_GUARDED_BY(sync_mutex_);  // the first; nothing is durable after it

  mutable base::Mutex append_mutex_;
  // Stored to under append_mutex_ and beside it, so that counting fetches no line of memory. Read
  // without it.
  AppendCounters appended_;
  base::SharedCounter append_failures_;
  absl::Status state_ ABSL_GUARDED_BY(append_mutex_);  // why appends are refused, or OK
  bool has_untold_failure_ ABSL_GUARDED_BY(append_mutex_) = false;
  std::shared_ptr<const LogConfig> config_ ABSL_GUARDED_BY(append_mutex_);
  // Null while the log rests, and once it is closed.
  std::unique_ptr<SegmentWriter> writer_ ABSL_GUARDED_BY(append_mutex_);
  std::optional<io::FileId> rested_file_ ABSL_GUARDED_BY(append_mutex_);  // the last, where known
  // It rests since this process wrote it: its index files are not synced, and the stopper is there.
  bool rests_unsynced_ ABSL_GUARDED_BY(append_mutex_) = false;
  // Segments that were made, and how many of them the folder is known to remember.
  std::uint64_t folder_changes_ ABSL_GUARDED_BY(append_mutex_) = 0;
  std::uint64_t folder_changes_synced_ ABSL_GUARDED_BY(append_mutex_) = 0;
  // Rolled, but not sealed yet: the maintenance does that.
  std::vector<std::unique_ptr<SegmentWriter>> rolled_ ABSL_GUARDED_BY(append_mutex_);
  ProducerState producers_ ABSL_GUARDED_BY(append_mutex_);
  // Of the producers where segments begin: the maintenance writes them.
  struct Snapshot {
    std::int64_t offset;
    std::string bytes;
  };
  std::vector<Snapshot> owed_snapshots_ ABSL_GUARDED_BY(append_mutex_);
  // The youngest that no power cut takes, and the one among them that a deletion made, where they
  // are known; else -1.
  std::int64_t durable_snapshot_ ABSL_GUARDED_BY(maintenance_mutex_) = -1;
  std::int64_t snapshot_of_deletion_ ABSL_GUARDED_BY(maintenance_mutex_) = -1;
  // Made ahead, where segments are filled soon: the maintenance makes it after each roll.
  std::unique_ptr<NextSegment> next_segment_ ABSL_GUARDED_BY(append_mutex_);
  bool wants_next_segment_ ABSL_GUARDED_BY(append_mutex_) = false;
  LeaderEpochs epochs_ ABSL_GUARDED_BY(append_mutex_);
  bool owes_epochs_ ABSL_GUARDED_BY(append_mutex_) = false;       // the file could not be written
  bool owes_epochs_sync_ ABSL_GUARDED_BY(append_mutex_) = false;  // it was, and not synced
  std::atomic<std::int32_t> leader_epoch_ = 0;                    // stored while the log is loaded
  std::int64_t segment_created_ms_ ABSL_GUARDED_BY(append_mutex_) = 0;
  std::int64_t segment_jitter_ms_ ABSL_GUARDED_BY(append_mutex_) = 0;
  std::int64_t first_timestamp_ms_ ABSL_GUARDED_BY(append_mutex_) = kNoTimestamp;  // of the segment

  std::int64_t last_flush_ms_ ABSL_GUARDED_BY(maintenance_mutex_) = 0;
  std::int64_t next_unload_ms_ ABSL_GUARDED_BY(maintenance_mutex_) = 0;
  std::int64_t next_forgetting_ms_ ABSL_GUARDED_BY(maintenance_mutex_) = 0;
  std::int64_t next_seal_ms_ ABSL_GUARDED_BY(maintenance_mutex_) = 0;  // after one that failed

  // The log end when it was last looked at whether the log is idle.
  std::atomic<std::int64_t> rest_candidate_ = -1;

  // The size of rolled_, and how many may wait there before appenders help.
  static constexpr std::size_t kMostUnsealed = 16;
  std::atomic<std::size_t> unsealed_ = 0;
  base::Wakeup sealed_;  // there are fewer
  std::uint64_t seals_ ABSL_GUARDED_BY(maintenance_mutex_) = 0;

  // Close or Abandon is waiting for the maintenance.
  std::atomic<bool> closing_ = false;
  std::atomic<std::int64_t> refusal_told_ms_ = INT64_MIN / 2;

  struct DoomedFile {
    std::string path;
    std::int64_t due_ms;
  };
  std::vector<DoomedFile> doomed_ ABSL_GUARDED_BY(maintenance_mutex_);

  std::vector<Tail> tails_ ABSL_GUARDED_BY(maintenance_mutex_);

  // Compacted segments whose files are not in place yet, and whether they are the ones that count.
  // Until they are in place, the old ones are not deleted, and the first dirty offset stays.
  std::unique_ptr<SegmentSwap> swap_ ABSL_GUARDED_BY(maintenance_mutex_);
  bool swap_counts_ ABSL_GUARDED_BY(maintenance_mutex_) = false;
  bool swap_changes_names_ ABSL_GUARDED_BY(maintenance_mutex_) = false;

  base::Mutex holes_mutex_;
  std::set<std::int64_t> told_holes_ ABSL_GUARDED_BY(holes_mutex_);  // where they end

  // What other processes see; null where they see nothing. Changes under both locks, so that either
  // keeps it there: appenders have one, whoever is not among them takes the other.
  base::Mutex publisher_mutex_ ABSL_ACQUIRED_AFTER(append_mutex_);
  std::shared_ptr<EndPublisher> publisher_;
  int name_changes_ ABSL_GUARDED_BY(publisher_mutex_) = 0;
  // Somebody in another process slept when the end was moved.
  std::atomic<bool> must_wake_others_ = false;

  base::Wakeup data_;  // for WaitFor
  struct Observation;
  base::Mutex observers_mutex_;
  std::vector<Observation*> observers_ ABSL_GUARDED_BY(observers_mutex_);
  std::atomic<int> observer_count_ = 0;
};

}  // namespace rill::log
