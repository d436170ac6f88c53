#include <algorithm>
#include <iterator>
#include <utility>

#include "fmt/format.h"
#include "io/small_file.h"
#include "log/batch_policy.h"
#include "log/log_loader.h"
#include "log/segmented_log.h"
#include "rill/error.h"

namespace rill::log {
namespace {

// Kafka's log.retention.check.interval.ms.
constexpr absl::Duration kRetentionCheckInterval = absl::Minutes(5);
// How long a sealed segment stays mapped after it was last read, once or twice over.
constexpr std::int64_t kUnloadIntervalMs = std::int64_t{60} * 1000;

// segment.jitter.ms: how much earlier than segment.ms this segment is rolled, so that the
// partitions of a node do not all roll at once.
std::int64_t JitterMs(const LogConfig& config, const std::string& name, std::int64_t base_offset) {
  const std::int64_t most = std::min(config.segment_jitter_ms, config.max_segment_ms());
  if (most <= 0) return 0;
  const std::size_t hash = std::hash<std::string>()(fmt::format("{} {}", name, base_offset));
  return static_cast<std::int64_t>(hash % static_cast<std::size_t>(most));
}

}  // namespace

absl::StatusOr<std::shared_ptr<PartitionLog>> PartitionLog::Open(const LogEnvironment& environment,
                                                                 std::string directory,
                                                                 const TopicPartition& partition,
                                                                 const LogConfig& config,
                                                                 const LogCheckpoint& checkpoint) {
  auto log = std::make_shared<SegmentedLog>(environment, std::move(directory), partition, config);
  if (auto status = log->Load(checkpoint); !status.ok()) return status;
  return log;
}

SegmentedLog::SegmentedLog(const LogEnvironment& environment, std::string directory,
                           const TopicPartition& partition, const LogConfig& config)
    : environment_(environment),
      metrics_(environment.metrics != nullptr ? environment.metrics
                                              : std::make_shared<LogMetrics>()),
      clock_(environment.clock),
      directory_(std::move(directory)),
      partition_(std::make_shared<const TopicPartition>(partition)),
      name_(fmt::format("{}-{}", partition.topic, partition.partition)),
      inspects_batches_(InspectsBatches(config)),
      is_compacted_(config.cleanup_compact),
      reader_(this, &segments_, partition_, name_, environment_.buffers,
              [this](std::int64_t begin, std::int64_t end) { SayHole(begin, end); }),
      config_(std::make_shared<const LogConfig>(config)),
      producers_(name_) {
  metrics_->logs.Add(this);
}

SegmentedLog::~SegmentedLog() {
  Close().IgnoreError();
  metrics_->logs.Remove(this);
}

void SegmentedLog::AddTo(LogCounts& counts) const {
  counts.appended_records += appended_.records.value();
  counts.appended_batches += appended_.batches.value();
  counts.appended_bytes += appended_.bytes.value();
  counts.append_failures += append_failures_.value();
  reader_.AddTo(counts);
}

absl::Status SegmentedLog::Load(const LogCheckpoint& checkpoint) {
  base::MutexLock lock(&append_mutex_);
  LogLoader loader(environment_, directory_, name_, *config_, checkpoint, &producers_);
  auto loaded = loader.Load();
  if (!loaded.ok()) return state_ = loaded.status();
  for (auto& segment : loaded->segments) segments_.Add(segment);
  const auto last = loaded->segments.back();
  log_start_offset_.store(loaded->log_start_offset);
  log_end_offset_.store(loaded->log_end_offset);
  recovery_point_.store(loaded->recovery_point);
  // A log that lost its end may have other records there by now.
  if (checkpoint.first_dirty_offset <= loaded->log_end_offset) {
    first_dirty_offset_.store(checkpoint.first_dirty_offset);
  } else {
    Say(LogLevel::kWarning,
        fmt::format(
            "{}: was compacted up to offset {}, and ends at {}; all of it is looked through "
            "by the next compaction",
            name_, checkpoint.first_dirty_offset, loaded->log_end_offset));
  }
  epochs_ = std::move(loaded->epochs);
  owes_epochs_sync_ = loaded->wrote_epochs;
  leader_epoch_.store(epochs_.latest()->epoch);
  first_timestamp_ms_ = loaded->first_timestamp_ms;
  segment_created_ms_ = NowMs();
  last->Unload();  // it is mapped anew, for writing
  absl::Status status;
  if (loaded->index != nullptr) {
    status = OpenWriter(last, loaded->log_end_offset, loaded->index,
                        IndexBuilder(loaded->index.get(), last->base_offset()),
                        static_cast<std::uint32_t>(config_->segment_bytes));
  }
  // What recovery kept is flushed before anybody reads it; the segments before the last one are
  // already.
  if (status.ok() && loaded->recovered && config_->flush_messages == 1) {
    status = writer_->mapping()->Sync();
    if (status.ok()) status = environment_.files->SyncDirectory(directory_);
    if (status.ok()) recovery_point_.store(loaded->log_end_offset);
  }
  if (!status.ok()) return state_ = status;
  high_watermark_.store(loaded->log_end_offset);
  return absl::OkStatus();
}

absl::Status SegmentedLog::OpenWriter(std::shared_ptr<Segment> segment, std::int64_t next_offset,
                                      std::shared_ptr<GrowingIndex> index,
                                      const IndexBuilder& builder, std::uint32_t limit) {
  auto writer = SegmentWriter::Open(environment_.files, std::move(segment), limit, next_offset,
                                    std::move(index), builder);
  if (!writer.ok()) return writer.status();
  Use(*std::move(writer));
  return absl::OkStatus();
}

void SegmentedLog::Use(std::unique_ptr<SegmentWriter> writer) {
  writer_ = std::move(writer);
  segment_jitter_ms_ = JitterMs(*config_, name_, writer_->segment()->base_offset());
  ++folder_changes_;
}

std::shared_ptr<const LogConfig> SegmentedLog::config() const {
  base::MutexLock lock(&append_mutex_);
  return config_;
}

void SegmentedLog::SetConfig(const LogConfig& config) {
  base::MutexLock lock(&append_mutex_);
  config_ = std::make_shared<const LogConfig>(config);
  inspects_batches_.store(InspectsBatches(config));
  is_compacted_.store(config.cleanup_compact);
}

std::uint64_t SegmentedLog::size_bytes() const { return segments_.SizeBytes(); }

// A log that was read from end to end does not stay mapped.
absl::Time SegmentedLog::UnloadIdle(std::int64_t now_ms) {
  const bool due = now_ms >= next_unload_ms_ || next_unload_ms_ - now_ms > kUnloadIntervalMs;
  if (!due) return absl::FromUnixMillis(next_unload_ms_);
  next_unload_ms_ = Later(now_ms, kUnloadIntervalMs);
  RestIfIdle();
  bool any_left = !IsResting();
  for (const auto& segment : segments_.All()) any_left |= segment->UnloadIfIdle();
  return any_left ? absl::FromUnixMillis(next_unload_ms_) : absl::InfiniteFuture();
}

absl::Time SegmentedLog::Maintain(absl::Time now) {
  absl::MutexLock lock(&maintenance_mutex_);
  if (closed_.load()) return absl::InfiniteFuture();
  const std::int64_t now_ms = absl::ToUnixMillis(now);
  const auto policy = config();
  if (auto status = IsSound() ? GoOnWithSwap() : absl::OkStatus(); !status.ok()) {
    Say(LogLevel::kError, fmt::format("{}: {}", name_, status.ToString()));
  }
  PrepareNextSegment();
  const bool has_snapshots = SaveOwedSnapshots();
  const std::uint64_t seals = seals_;
  const std::int64_t begun_ms = SegmentBegunMs();
  if (auto status = SealRolled(SIZE_MAX); !status.ok()) {
    Say(LogLevel::kError, fmt::format("{}: {}", name_, status.ToString()));
  }
  if (auto status = RollIfAged(*policy, now_ms); !status.ok()) {
    Say(LogLevel::kError, fmt::format("{}: {}", name_, status.ToString()));
  }
  CheckStillThere();
  const absl::Time next_forgetting = ForgetIdleProducers(*policy, now_ms);
  ApplyRetention(now_ms);
  RemoveDoomedFiles(now_ms);
  if (auto status = CutTails(now_ms, false); !status.ok()) {
    Say(LogLevel::kError, fmt::format("{}: {}", name_, status.ToString()));
  }
  const bool is_behind = seals_ != seals && unsealed_.load() > 0;
  const bool may_flush = !is_behind || FlushIsOverdue(*policy, begun_ms);
  absl::Time next = std::min({may_flush ? FlushIfDue(*policy, is_behind ? NowMs() : now_ms) : now,
                              UnloadIdle(now_ms), next_forgetting, now + kRetentionCheckInterval});
  if (is_behind) next = now;
  if (unsealed_.load() > 0 || !has_snapshots || swap_ != nullptr) {
    next = std::min(next, now + absl::Milliseconds(kRetryMs));
  }
  for (const DoomedFile& file : doomed_) next = std::min(next, absl::FromUnixMillis(file.due_ms));
  for (const Tail& tail : tails_) next = std::min(next, absl::FromUnixMillis(tail.due_ms));
  return next;
}

// What is appended without a flush should not go into nowhere for long either.
void SegmentedLog::CheckStillThere() {
  std::optional<Written> written;
  absl::Status untold;
  {
    base::MutexLock lock(&append_mutex_);
    if (std::exchange(has_untold_failure_, false)) untold = state_;
    if (state_.ok() && writer_ != nullptr) written.emplace(*writer_);
  }
  if (!untold.ok()) Say(LogLevel::kError, std::string(untold.message()));
  if (!written.has_value()) return;
  CheckThere(*written).IgnoreError();  // it says so itself
}

absl::Time SegmentedLog::ForgetIdleProducers(const LogConfig& config, std::int64_t now_ms) {
  const std::int64_t interval_ms = config.producer_id_expiration_check_interval_ms;
  const bool was_set_back = next_forgetting_ms_ - now_ms > interval_ms;
  if (now_ms >= next_forgetting_ms_ || was_set_back) {
    next_forgetting_ms_ = Later(now_ms, interval_ms);
    base::MutexLock lock(&append_mutex_);
    producers_.RemoveExpired(now_ms, config.producer_id_expiration_ms);
  }
  return absl::FromUnixMillis(next_forgetting_ms_);
}

// Those that rolls left to be written. As long as the batches are there, a snapshot that is missing
// costs time when the log is opened, and no more. False when one could not be written.
bool SegmentedLog::SaveOwedSnapshots() {
  std::vector<Snapshot> owed;
  {
    base::MutexLock lock(&append_mutex_);
    owed.swap(owed_snapshots_);
    if (!state_.ok()) return true;
  }
  std::vector<Snapshot> left;
  for (Snapshot& snapshot : owed) {
    const std::string path = directory_ + "/" + ProducerSnapshotName(snapshot.offset);
    const auto saved = io::ReplaceSmallFile(*environment_.files, path, snapshot.bytes, false);
    if (saved.ok()) continue;
    Say(LogLevel::kWarning, fmt::format("{}: {}", name_, saved.ToString()));
    left.push_back(std::move(snapshot));
  }
  const bool has_all = left.empty();
  base::MutexLock lock(&append_mutex_);
  std::move(owed_snapshots_.begin(), owed_snapshots_.end(), std::back_inserter(left));
  owed_snapshots_ = std::move(left);
  return has_all;
}

// segment.ms also ends a segment to which nothing more is appended.
absl::Status SegmentedLog::RollIfAged(const LogConfig& config, std::int64_t now_ms) {
  base::MutexLock lock(&append_mutex_);
  const bool has_batches = writer_ != nullptr && writer_->position() > 0;
  if (!state_.ok() || !has_batches) return absl::OkStatus();
  if (now_ms - segment_created_ms_ <= config.max_segment_ms() - segment_jitter_ms_) {
    return absl::OkStatus();
  }
  return Roll(RollFor::kAppend);
}

std::int64_t SegmentedLog::SegmentBegunMs() const {
  base::MutexLock lock(&append_mutex_);
  return segment_created_ms_;
}

// Segments were sealed, each of which is a flush, and others were rolled meanwhile: sealing these
// comes first, for appends that outrun the disk wait for one segment to be sealed, and a flush of
// all that is rolled would make them wait for as many. But records may have waited for so long that
// a flush must not wait, too. The oldest of them is no older than the segment, begun at `begun_ms`,
// that was written before the sealing. Where half of what may wait does, a flush would save nothing
// sooner: the disk has that much to write, and sealing writes the oldest first.
bool SegmentedLog::FlushIsOverdue(const LogConfig& config, std::int64_t begun_ms) {
  const std::int64_t now_ms = NowMs();
  last_flush_ms_ = std::min(last_flush_ms_, now_ms);  // the clock may step back
  const std::int64_t waited_ms = now_ms - std::max(last_flush_ms_, begun_ms);
  return waited_ms / 2 >= config.flush_ms && unsealed_.load() <= kMostUnsealed / 2;
}

absl::Time SegmentedLog::FlushIfDue(const LogConfig& config, std::int64_t now_ms) {
  if (config.flush_ms == INT64_MAX) return absl::InfiniteFuture();
  {
    base::MutexLock lock(&append_mutex_);
    if (!state_.ok() || log_end_offset() <= recovery_point()) {
      return absl::FromUnixMillis(Later(now_ms, std::max<std::int64_t>(config.flush_ms, 1)));
    }
  }
  last_flush_ms_ = std::min(last_flush_ms_, now_ms);  // the clock may step back
  if (now_ms - last_flush_ms_ >= config.flush_ms) {
    if (auto status = Flush(); !status.ok()) {
      Say(LogLevel::kError, fmt::format("{}: {}", name_, status.ToString()));
    }
    last_flush_ms_ = now_ms;
  }
  return absl::FromUnixMillis(Later(last_flush_ms_, std::max<std::int64_t>(config.flush_ms, 1)));
}

absl::Status SegmentedLog::Close() {
  closing_.store(true);
  absl::MutexLock cleaning(&cleaning_mutex_);
  EndCleaning();
  absl::MutexLock maintenance(&maintenance_mutex_);
  if (closed_.load()) return absl::OkStatus();
  // What cannot be put in place now is at the next open.
  if (auto swapped = GoOnWithSwap(); !swapped.ok()) {
    Say(LogLevel::kWarning, fmt::format("{}: {}", name_, swapped.ToString()));
  }
  absl::Status status = Flush();
  // What a full disk lacks for the files that are written below.
  RemoveDoomedFiles(INT64_MAX);
  // After a clean shutdown the file is held against the log start (LogLoader::CompareStarts), so a
  // power cut must not bring an older one back.
  status.Update(TruncateEpochs(/*sync=*/true));
  SaveOwedSnapshots();
  // An append that was under way may have failed to flush meanwhile.
  status.Update(
      Stop(absl::FailedPreconditionError(fmt::format("{} is closed, with its engine", name_))));
  if (status.ok()) {
    status = SealAll();
  } else {
    DropWriters();
  }
  return status;
}

void SegmentedLog::Abandon(absl::Status reason) {
  closing_.store(true);
  absl::MutexLock cleaning(&cleaning_mutex_);
  cleaning_ = nullptr;  // its file goes with the others
  absl::MutexLock maintenance(&maintenance_mutex_);
  if (closed_.load()) return;
  Stop(std::move(reason)).IgnoreError();
  DropWriters();
  // The space of files that are deleted comes back when nobody maps them any more, however long
  // the application keeps a handle.
  for (const auto& segment : segments_.All()) segment->Unload();
}

void SegmentedLog::DropWriters() {
  base::MutexLock lock(&append_mutex_);
  for (const auto& writer : rolled_) writer->Release();
  if (writer_ != nullptr) writer_->Release();
  rolled_.clear();
  writer_ = nullptr;
  next_segment_ = nullptr;
}

absl::Status SegmentedLog::Stop(absl::Status reason) {
  absl::Status before;
  {
    base::MutexLock lock(&append_mutex_);
    before = std::exchange(state_, std::move(reason));
  }
  PublishTo(nullptr);
  closed_.store(true);
  data_.Notify();
  NotifyObservers();
  return before;
}

absl::Status SegmentedLog::WhyClosed() const {
  base::MutexLock lock(&append_mutex_);
  return state_;
}

// After a flush that failed, nothing is cut or indexed: the next open has to look at all of it.
absl::Status SegmentedLog::SealAll() {
  std::vector<std::unique_ptr<SegmentWriter>> writers;
  {
    base::MutexLock lock(&append_mutex_);
    if (rests_unsynced_) {
      if (auto status = Wake(); !status.ok()) return status;
    }
    writers = std::move(rolled_);
    if (writer_ != nullptr) writers.push_back(std::move(writer_));
    next_segment_ = nullptr;
  }
  const bool is_as_it_was = writers.empty();  // it rested since it was opened, after a clean close
  if (auto status = SyncFolder(); !status.ok()) return status;
  // The reserves of all make room for the index files of the first.
  for (const auto& writer : writers) {
    if (auto status = CutReserve(*writer, 0); !status.ok()) return status;
  }
  for (auto& writer : writers) {
    if (auto status = SealCut(*writer, 0); !status.ok()) return status;
    writer = nullptr;  // each lets its descriptor go before the next wants one
  }
  if (auto status = CutTails(INT64_MAX, true); !status.ok()) return status;
  MarkFlushed(log_end_offset());
  if (is_as_it_was) return absl::OkStatus();
  base::MutexLock lock(&append_mutex_);
  producers_.AdvanceTo(log_end_offset());
  return producers_.SaveSnapshot(*environment_.files, directory_, true);
}

void SegmentedLog::Say(LogLevel level, const std::string& line) const {
  if (environment_.sink) environment_.sink(level, line);
}

}  // namespace rill::log
