#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "log/segmented_log.h"
#include "rill/error.h"

namespace rill::log {
namespace {

std::string FlushFailed(const absl::Status& status) {
  return fmt::format("a flush failed ({})", std::string(status.message()));
}

}  // namespace

absl::Status SegmentedLog::Flush() {
  {
    base::MutexLock lock(&append_mutex_);
    if (!state_.ok()) return state_;
  }
  return FlushUpTo(log_end_offset());
}

// Group commit: what is appended while a flush is under way shares the next one, led by the first
// who came for it. The end of a flush wakes those it served, who take no lock any more and wait for
// no other flush, and the one who leads the next; those who wait for that sleep on.
absl::Status SegmentedLog::FlushUpTo(std::int64_t offset) {
  std::shared_ptr<FlushRound> round;
  std::shared_ptr<FlushRound> before;
  bool leads = false;
  {
    absl::MutexLock lock(&flush_mutex_);
    if (recovery_point() >= offset) return absl::OkStatus();
    leads = JoinFlush(offset, round, before);
  }
  if (!leads) {
    round->AwaitEnd();
    return round->status;
  }
  if (before != nullptr) before->AwaitEnd();
  return LeadFlush(*round);
}

// Whether the caller leads the round, once the one before it is over.
bool SegmentedLog::JoinFlush(std::int64_t offset, std::shared_ptr<FlushRound>& round,
                             std::shared_ptr<FlushRound>& before) {
  if (flush_ == nullptr) {
    round = flush_ = std::make_shared<FlushRound>();
    return true;
  }
  // One that has not begun will look at the log's end after this append.
  if (!flush_->has_begun || flush_->covers >= offset) {
    round = flush_;
    return false;
  }
  const bool leads = next_flush_ == nullptr;
  if (leads) {
    next_flush_ = std::make_shared<FlushRound>();
    before = flush_;
  }
  round = next_flush_;
  return leads;
}

absl::Status SegmentedLog::LeadFlush(FlushRound& round) {
  {
    absl::MutexLock lock(&flush_mutex_);
    round.has_begun = true;
    round.covers = log_end_offset();
  }
  const std::int64_t began_nanos = clock_.TickNanos();
  round.status = FlushOnce();
  metrics_->flush_latency.Record(clock_.TickNanos() - began_nanos);
  if (!round.status.ok()) metrics_->flush_failures.Add(1);
  {
    absl::MutexLock lock(&flush_mutex_);
    if (round.status.ok()) MarkFlushed(round.covers);
    flush_ = std::exchange(next_flush_, nullptr);
  }
  round.is_over.store(true);
  round.wakeup.Notify();
  return round.status;
}

void SegmentedLog::FlushRound::AwaitEnd() {
  while (!is_over.load()) {
    const auto ticket = wakeup.Prepare();
    if (is_over.load()) return;
    wakeup.Wait(ticket, base::Deadline::max());
  }
}

// The high watermark follows the flush, never leads it: what was read survives a power cut. It is
// raised before the recovery point, by which appenders see that they need not flush.
void SegmentedLog::MarkFlushed(std::int64_t offset) {
  WithPublisher([&](EndPublisher& publisher) { publisher.Raise(offset); });
  // Stored also where it is as high already: see EndPublisher::HasSleeper.
  std::int64_t shown = high_watermark();
  while (!high_watermark_.compare_exchange_weak(shown, std::max(shown, offset))) {
  }
  WithPublisher([&](EndPublisher& publisher) {
    if (publisher.HasSleeper()) must_wake_others_.store(true);
  });
  std::int64_t current = recovery_point_.load();
  while (current < offset && !recovery_point_.compare_exchange_weak(current, offset)) {
  }
}

// Flushes what was appended before the call. The append lock is held only to learn what to flush,
// so appends go on meanwhile.
absl::Status SegmentedLog::FlushOnce() {
  std::vector<Written> all;
  {
    base::MutexLock lock(&append_mutex_);
    if (!state_.ok()) return state_;
    for (const auto& writer : rolled_) all.emplace_back(*writer);
    if (writer_ != nullptr) all.emplace_back(*writer_);
  }
  for (const Written& written : all) {
    if (auto status = SyncSegment(*written.mapping); !status.ok()) return status;
  }
  if (auto status = SyncFolder(); !status.ok()) return status;
  for (const Written& written : all) {
    if (auto status = CheckThere(written); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Whoever removes or replaces the files of a log from under it lets all stores and syncs succeed,
// and lose what they should save.
absl::Status SegmentedLog::CheckThere(const Written& written) {
  const auto there = environment_.files->IdOf(written.segment->log_path());
  if (!there.ok() || *there == written.file_id) return there.status();
  {
    // One that was rolled may have been deleted by rights, and one that woke meanwhile have been
    // given a file of its own.
    base::MutexLock lock(&append_mutex_);
    const auto segments = segments_.All();
    const auto found = std::find(segments.begin(), segments.end(), written.segment);
    if (found == segments.end()) return absl::OkStatus();
    const bool is_last = found + 1 == segments.end();
    if (is_last && (writer_ == nullptr || writer_->file_id() != written.file_id)) {
      return absl::OkStatus();
    }
  }
  return Fail(there->has_value() ? Replaced(written.segment->log_path())
                                 : fmt::format("{} is gone", written.segment->log_path()));
}

// A kernel tells one caller of a failed write and forgets it: two that sync at once would each have
// to know what the other was told. So they take turns, and after a failure nobody succeeds.
absl::Status SegmentedLog::SyncSegment(io::Mapping& mapping) {
  absl::MutexLock lock(&sync_mutex_);
  if (sync_failure_.ok()) sync_failure_ = mapping.Sync();
  if (!sync_failure_.ok()) Fail(FlushFailed(sync_failure_)).IgnoreError();
  return sync_failure_;
}

// What was flushed into a file is lost all the same when the folder forgets the file.
absl::Status SegmentedLog::SyncFolder() {
  std::uint64_t changes = 0;
  {
    base::MutexLock lock(&append_mutex_);
    changes = folder_changes_;
    if (folder_changes_synced_ == changes) return absl::OkStatus();
  }
  {
    absl::MutexLock lock(&sync_mutex_);
    if (!sync_failure_.ok()) return sync_failure_;
    auto status = environment_.files->SyncDirectory(directory_);
    if (absl::IsResourceExhausted(status)) return status;  // no descriptor: nothing was tried
    sync_failure_ = status;
    if (!status.ok()) Fail(FlushFailed(status)).IgnoreError();
    if (!status.ok()) return status;
  }
  base::MutexLock lock(&append_mutex_);
  folder_changes_synced_ = std::max(folder_changes_synced_, changes);
  return absl::OkStatus();
}

// After a failed flush nobody knows which pages reached the disk, and the kernel may have dropped
// what it could not write: nothing may be appended behind bytes that may be lost.
absl::Status SegmentedLog::Fail(const std::string& why) {
  const auto failed = Failure(why);
  {
    base::MutexLock lock(&append_mutex_);
    if (!state_.ok()) return closed_.load() ? failed : state_;
    state_ = failed;
  }
  Say(LogLevel::kError, std::string(failed.message()));
  return failed;
}

absl::Status SegmentedLog::FailWriting(const std::string& why) {
  state_ = Failure(why);
  has_untold_failure_ = true;
  if (environment_.request_maintenance) environment_.request_maintenance();
  return state_;
}

absl::Status SegmentedLog::Failure(std::string_view why) const {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
                   fmt::format("{} takes no more appends, for {}; close the engine, mend the "
                               "storage and open it again",
                               name_, why));
}

}  // namespace rill::log
