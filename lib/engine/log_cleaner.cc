#include "engine/log_cleaner.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/local_engine.h"
#include "fmt/format.h"

namespace rill::engine {
namespace {

// What a checkpoint forgets is compacted once more, which costs time and nothing else.
constexpr absl::Duration kCheckpointInterval = absl::Seconds(1);

// What could not be had now (space, descriptors, memory) is tried for again no sooner.
constexpr absl::Duration kLeastWait = absl::Seconds(1);
constexpr int kMostDoublings = 8;  // of the wait, from one failure to the next

}  // namespace

LogCleaner::LogCleaner(LocalEngine* engine)
    : engine_(engine), throttle_(engine->config()->log_cleaner_io_max_bytes_per_second) {}

absl::Duration LogCleaner::Backoff() const {
  return std::max(engine_->config()->log_cleaner_backoff, absl::Milliseconds(1));
}

absl::Time LogCleaner::Run(absl::Time now) {
  if (cleaning_.log == nullptr) {
    const bool was_set_back = next_look_ - now > Backoff();
    if (now < next_look_ && !was_set_back) return next_look_;
    if (!Look(now)) return kUnfinished;
    if (filthiest_.log == nullptr) {
      if (owes_checkpoint_) Checkpoint(now);
      return next_look_ = now + Backoff();
    }
    cleaning_ = std::exchange(filthiest_, {});
    bytes_read_ = bytes_written_ = 0;
  }
  return CleanSlice(now);
}

bool LogCleaner::Look(absl::Time now) {
  if (pass_.is_new()) {
    filthiest_ = {};
    max_dirty_ratio_ = 0;
    ForgetDeleted();
  }
  const bool is_over = pass_.TakeTurn(*engine_, [&](const auto& topic, const auto& partition) {
    const auto& log = partition->log();
    const bool is_compacted = log != nullptr && topic->config()->cleanup_compact;
    if (is_compacted && !IsPostponed(log, now)) Consider(topic, log, now);
  });
  if (is_over) ShowGauges();
  return is_over;
}

void LogCleaner::ShowGauges() {
  const auto damaged = std::count_if(postponed_.begin(), postponed_.end(), [](const auto& entry) {
    return entry.second.until == absl::InfiniteFuture();
  });
  auto& gauges = engine_->cleaner_gauges();
  gauges.max_dirty_percent.store(static_cast<std::uint64_t>(100 * max_dirty_ratio_));
  gauges.uncleanable_partitions.store(static_cast<std::uint64_t>(damaged));
}

void LogCleaner::Consider(const std::shared_ptr<TopicState>& topic,
                          const std::shared_ptr<log::PartitionLog>& log, absl::Time now) {
  const auto dirt = log->CleanableAt(now);
  if (!dirt.ok()) {
    OnFailure({topic, log}, dirt.status(), now);
    return;
  }
  max_dirty_ratio_ = std::max(max_dirty_ratio_, dirt->dirty_ratio());
  const bool is_filthier =
      filthiest_.log == nullptr || dirt->dirty_ratio() > filthiest_.dirty_ratio;
  if (dirt->is_due() && is_filthier) filthiest_ = {topic, log, dirt->dirty_ratio()};
}

bool LogCleaner::IsPostponed(const std::shared_ptr<log::PartitionLog>& log, absl::Time now) {
  const auto found = postponed_.find(log->topic_partition());
  if (found == postponed_.end()) return false;
  const bool is_another = found->second.log.lock() != log;
  if (is_another) postponed_.erase(found);
  return !is_another && now < found->second.until;
}

LogCleaner::Postponed& LogCleaner::Postpone(const Candidate& candidate, absl::Time until) {
  Postponed& postponed = postponed_[candidate.log->topic_partition()];
  postponed.topic = candidate.topic;
  postponed.log = candidate.log;
  postponed.until = until;
  return postponed;
}

// The application may keep a deleted topic's logs for as long as it likes.
void LogCleaner::ForgetDeleted() {
  std::erase_if(postponed_, [](const auto& entry) {
    const auto topic = entry.second.topic.lock();
    return topic == nullptr || topic->deleted() || entry.second.log.expired();
  });
}

absl::Time LogCleaner::CleanSlice(absl::Time now) {
  const std::int64_t first_dirty_before = cleaning_.log->first_dirty_offset();
  const auto progress =
      cleaning_.log->Clean({.map_bytes = engine_->config()->log_cleaner_dedupe_buffer_size});
  if (!progress.ok()) {
    OnFailure(std::exchange(cleaning_, {}), progress.status(), now);
    return kUnfinished;
  }
  bytes_read_ += progress->bytes_read;
  bytes_written_ += progress->bytes_written;
  if (progress->done) OnDone(first_dirty_before, now);
  throttle_.SetBytesPerSecond(engine_->config()->log_cleaner_io_max_bytes_per_second);
  return throttle_.After(progress->bytes_read + progress->bytes_written, now);
}

void LogCleaner::OnDone(std::int64_t first_dirty_before, absl::Time now) {
  const std::int64_t first_dirty = cleaning_.log->first_dirty_offset();
  if (first_dirty == first_dirty_before) {
    Postpone(cleaning_,
             now + Backoff());  // all of it was deleted, or its policy changed, meanwhile
  } else {
    const TopicPartition& name = cleaning_.log->topic_partition();
    engine_->Say(LogLevel::kInfo,
                 fmt::format("{}-{} is compacted up to offset {}: {} bytes read, {} written",
                             name.topic, name.partition, first_dirty, bytes_read_, bytes_written_));
    postponed_.erase(name);
    owes_checkpoint_ = true;
    const bool was_set_back = now < last_checkpoint_;
    if (was_set_back || now - last_checkpoint_ >= kCheckpointInterval) Checkpoint(now);
  }
  cleaning_ = {};
}

void LogCleaner::OnFailure(const Candidate& failed, const absl::Status& status, absl::Time now) {
  const bool is_damaged = absl::IsDataLoss(status);
  // Each try may read all of the log, and fill what is left of a disk.
  Postponed& postponed = Postpone(failed, absl::InfiniteFuture());
  if (!is_damaged) {
    const int doublings = std::min(postponed.failures++, kMostDoublings);
    postponed.until = now + std::max(Backoff(), kLeastWait) * (1 << doublings);
  }
  if (failed.topic->deleted() || engine_->closed()) return;
  const TopicPartition& name = failed.log->topic_partition();
  engine_->Say(is_damaged ? LogLevel::kError : LogLevel::kWarning,
               fmt::format("{}-{} cannot be compacted, {}: {}", name.topic, name.partition,
                           is_damaged ? "and is not tried again before the engine is opened anew"
                                      : "and is tried again later",
                           std::string(status.message())));
}

void LogCleaner::Checkpoint(absl::Time now) {
  const auto written = engine_->WriteCheckpoints({.first_dirty = true});
  owes_checkpoint_ = !written.ok();
  last_checkpoint_ = now;
  if (!written.ok()) engine_->Say(LogLevel::kError, written.ToString());
}

}  // namespace rill::engine
