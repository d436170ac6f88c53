#include <utility>

#include "fmt/format.h"
#include "io/file_copy.h"
#include "log/segmented_log.h"

// A log that nobody appends to rests: it has no writer, so no mapping, no reserve behind its end
// and no index in memory, only what the next reader or appender needs to begin. It is opened so,
// too, after a clean shutdown.
namespace rill::log {

absl::Status SegmentedLog::BecomeWritable() {
  if (state_.ok() && writer_ != nullptr) [[likely]]
    return absl::OkStatus();
  return state_.ok() ? Wake() : state_;
}

absl::Status SegmentedLog::Wake() {
  const auto segment = segments_.Last();
  auto view = segment->View();
  if (!view.ok()) return view.status();
  auto continued = ContinueIndex(*segment, *view, log_end_offset(), config_->index_interval_bytes);
  if (!continued.ok()) return continued.status();
  first_timestamp_ms_ = view->end > 0 ? BatchView(view->data()).max_timestamp_ms() : kNoTimestamp;
  *view = SegmentView();
  segment->Unload();  // it is mapped anew, for writing
  if (auto same = CheckRested(*segment); !same.ok()) return same;
  if (auto own = OwnLast(*segment); !own.ok()) return own;
  auto status = OpenWriter(segment, log_end_offset(), continued->index, continued->builder,
                           static_cast<std::uint32_t>(config_->segment_bytes));
  if (!status.ok()) return status;
  rested_file_.reset();
  rests_unsynced_ = false;
  rest_candidate_.store(-1);
  if (environment_.request_maintenance) environment_.request_maintenance();  // to rest again
  return absl::OkStatus();
}

// A file that somebody put in the place of the one that went to rest is not this log's to cut.
absl::Status SegmentedLog::CheckRested(const Segment& segment) {
  if (!rested_file_.has_value()) return absl::OkStatus();
  const auto there = environment_.files->IdOf(segment.log_path());
  if (!there.ok()) return there.status();
  if (*there == rested_file_) return absl::OkStatus();
  return FailWriting(there->has_value() ? Replaced(segment.log_path())
                                        : fmt::format("{} is gone", segment.log_path()));
}

// Whoever linked the file into a copy of the folder keeps it as it is. Other processes that follow
// the log have it mapped, and must look for the new one.
absl::Status SegmentedLog::OwnLast(const Segment& segment) {
  const auto names = environment_.files->LinkCount(segment.log_path());
  if (absl::IsNotFound(names.status())) return absl::OkStatus();  // nothing was appended yet
  if (!names.ok() || *names == 1) return names.status();
  BeginNameChange();
  auto status = io::UnshareFile(*environment_.files, segment.log_path());
  EndNameChange();
  // Its own copy, which stays where the rest of waking fails.
  if (rested_file_.has_value()) {
    const auto there = environment_.files->IdOf(segment.log_path());
    if (!there.ok()) return there.status();
    rested_file_ = *there;
  }
  return status;
}

// What was appended is flushed first, while appends may still come: after this the file is not held
// open, and the system could forget a write that failed. The rest needs no sync: as the last of its
// log, the segment is looked through after a crash whatever its index files say, and Close sees to
// them before it calls the log whole.
absl::Status SegmentedLog::Rest() {
  std::int64_t end = 0;
  {
    base::MutexLock lock(&append_mutex_);
    if (!state_.ok() || writer_ == nullptr || !rolled_.empty()) return absl::OkStatus();
    end = log_end_offset();
  }
  if (auto status = FlushUpTo(end); !status.ok()) return status;
  base::MutexLock lock(&append_mutex_);
  const bool is_idle = state_.ok() && writer_ != nullptr && log_end_offset() == end;
  if (!is_idle) return absl::OkStatus();
  if (auto status = writer_->Rest(); !status.ok()) {
    return writer_->is_replaced() ? FailWriting(Replaced(writer_->segment()->log_path())) : status;
  }
  rested_file_ = writer_->file_id();
  writer_ = nullptr;
  next_segment_ = nullptr;
  rests_unsynced_ = true;
  return absl::OkStatus();
}

// Idle is who has appended nothing from one look to the next.
void SegmentedLog::RestIfIdle() {
  const std::int64_t end = log_end_offset();
  if (rest_candidate_.exchange(end) != end) return;
  if (auto status = Rest(); !status.ok()) {
    Say(LogLevel::kWarning, fmt::format("{}: {}", name_, status.ToString()));
  }
}

bool SegmentedLog::IsResting() const {
  base::MutexLock lock(&append_mutex_);
  return writer_ == nullptr;
}

}  // namespace rill::log
