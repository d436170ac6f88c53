#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "log/segmented_log.h"
#include "log/stopper.h"

// What becomes of a segment when the next one is begun, and what the next one finds ready: the
// maintenance does both, so that a roll takes no longer than another append.
namespace rill::log {
namespace {

// Nobody takes longer to read a segment; a file.delete.delay.ms may be for ever.
constexpr std::int64_t kLongestTailMs = std::int64_t{10} * 60 * 1000;

}  // namespace

// Where it cannot be made now, the roll will make it, or say why it cannot.
void SegmentedLog::PrepareNextSegment() {
  std::uint32_t limit = 0;
  {
    base::MutexLock lock(&append_mutex_);
    const bool is_due = std::exchange(wants_next_segment_, false) && next_segment_ == nullptr;
    if (!is_due || !state_.ok() || writer_ == nullptr) return;
    limit = static_cast<std::uint32_t>(config_->segment_bytes);
  }
  auto next = NextSegment::Make(environment_.files, directory_, limit);
  if (!next.ok()) return;
  base::MutexLock lock(&append_mutex_);
  if (state_.ok() && writer_ != nullptr) next_segment_ = *std::move(next);
}

// A segment is complete once its index files are there, so they come last; from then on, recovery
// does not look into it again.
//
// Those that are rolled meanwhile are left to the next round, and all to Close when it is waiting:
// appends may roll faster than the disk seals.
absl::Status SegmentedLog::SealRolled(std::size_t most) {
  const std::int64_t now_ms = NowMs();
  if (now_ms < next_seal_ms_ && next_seal_ms_ - now_ms <= kRetryMs) return absl::OkStatus();
  std::size_t left = most;
  for (; left > 0 && !closing_.load(); --left) {
    SegmentWriter* writer = nullptr;
    std::int64_t next_offset = 0;
    {
      base::MutexLock lock(&append_mutex_);
      left = std::min(left, rolled_.size());
      // After a flush that failed, a later one may succeed without having saved anything.
      if (!state_.ok() || rolled_.empty()) return absl::OkStatus();
      writer = rolled_.front().get();
      next_offset = segments_.After(writer->segment()->base_offset())->base_offset();
    }
    auto status = Seal(*writer, kStopperSize);
    if (status.ok()) status = SyncFolder();
    if (!status.ok()) {
      next_seal_ms_ = Later(now_ms, kRetryMs);
      return status;
    }
    MarkFlushed(next_offset);
    ++seals_;
    std::unique_ptr<SegmentWriter> sealed;  // takes its mapping away, without the lock
    {
      base::MutexLock lock(&append_mutex_);
      sealed = std::move(rolled_.front());
      rolled_.erase(rolled_.begin());
      unsealed_.store(rolled_.size());
    }
    sealed_.Notify();
  }
  return absl::OkStatus();
}

// Each rolled segment holds a mapping until it is sealed. Whoever appends faster than the
// maintenance seals waits until it has sealed one, or does that; not until it has sealed all.
void SegmentedLog::HelpSealing() {
  while (unsealed_.load() > kMostUnsealed && !closed_.load()) {
    const auto ticket = sealed_.Prepare();
    const std::size_t before = unsealed_.load();
    if (before <= kMostUnsealed) return;
    if (!maintenance_mutex_.TryLock()) {
      // It may be at something else than sealing.
      sealed_.Wait(ticket, base::DeadlineAfter(absl::Milliseconds(10)));
      continue;
    }
    const auto status = closed_.load() ? absl::OkStatus() : SealRolled(1);
    maintenance_mutex_.Unlock();
    if (!status.ok()) Say(LogLevel::kError, fmt::format("{}: {}", name_, status.ToString()));
    if (unsealed_.load() >= before) return;  // it cannot be done now
  }
}

// What fails for want of space or descriptors can be tried again. After a sync that failed nothing
// can, for nobody knows what it lost.
absl::Status SegmentedLog::Seal(SegmentWriter& writer, std::size_t tail) {
  if (auto status = CutReserve(writer, tail); !status.ok()) return status;
  return SealCut(writer, tail);
}

absl::Status SegmentedLog::CutReserve(SegmentWriter& writer, std::size_t tail) {
  auto status = writer.CutReserve(tail);
  if (status.ok() || !writer.is_replaced()) return status;
  return Fail(Replaced(writer.segment()->log_path()));
}

absl::Status SegmentedLog::SealCut(SegmentWriter& writer, std::size_t tail) {
  if (auto status = SyncSegment(*writer.mapping()); !status.ok()) return status;
  const std::int64_t due_ms =
      Later(NowMs(), std::min(config()->file_delete_delay_ms, kLongestTailMs));
  auto status = writer.SaveIndex();
  if (status.ok() && tail > 0) tails_.push_back({writer.segment(), writer.file_id(), due_ms});
  return status;
}

// Rolled segments lose the last of their reserve once those who were reading them then have had
// time to finish, before a backup shares them, and when the log closes; if the process does not
// live to that, at the next open (LogLoader::CutTail). The first failure is told, and tried again
// later.
absl::Status SegmentedLog::CutTails(std::int64_t now_ms, bool sync) {
  absl::Status failure;
  std::vector<Tail> left;
  for (Tail& tail : tails_) {
    absl::Status status;
    const bool due = tail.due_ms <= now_ms;
    if (due) status = CutTail(tail, sync);
    if (due && status.ok()) continue;
    failure.Update(status);
    if (due) tail.due_ms = Later(now_ms, kRetryMs);
    left.push_back(std::move(tail));
  }
  tails_ = std::move(left);
  return failure;
}

absl::Status SegmentedLog::CutTail(const Tail& tail, bool sync) {
  const Segment& segment = *tail.segment;
  const auto names = environment_.files->LinkCount(segment.log_path());
  if (absl::IsNotFound(names.status())) return absl::OkStatus();  // deleted since
  if (!names.ok()) return names.status();
  if (*names > 1) return absl::OkStatus();  // somebody linked it: readers pass over the rest
  auto file = environment_.files->Open(segment.log_path(), io::OpenMode::kReadWrite);
  if (!file.ok()) return file.status();
  const auto found = (*file)->Id();
  if (!found.ok()) return found.status();
  if (*found != tail.file_id) return Fail(Replaced(segment.log_path()));
  auto status = (*file)->Truncate(segment.end());
  if (status.ok() && sync) status = (*file)->Sync();
  return status;
}

}  // namespace rill::log
