#include "engine/folder_watch.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "io/small_file.h"
#include "log/checkpoint_file.h"

namespace rill::engine {
namespace {

std::optional<log::OffsetCheckpoint> ReadIfSound(io::FileSystem& files, const std::string& path) {
  auto offsets = log::ReadOffsetCheckpoint(files, path);
  if (!offsets.ok()) return std::nullopt;
  return *std::move(offsets);
}

}  // namespace

FolderWatch::FolderWatch(io::FileSystem* files, std::string directory,
                         std::function<void()> look_outside)
    : files_(files), directory_(std::move(directory)), look_outside_(std::move(look_outside)) {}

// At once when the writer says that it closes, for the next may be there; else from time to time,
// for one that was killed says nothing.
void FolderWatch::Look() const {
  if (closed_) return;
  const bool is_open = page_ != nullptr && page_->is_open();
  const bool closed_now = page_ != nullptr && !is_open && !std::exchange(saw_closed_, true);
  const Moment now = std::chrono::steady_clock::now();
  if (now < next_look_ && !closed_now) return;
  next_look_ = now + absl::ToChronoNanoseconds(kWriterCheckInterval);
  ++looks_;
  const bool has_writer = HasWriter();
  auto found = SharedPageView::Open(files_, directory_);
  const bool has_page = found.ok();
  if (has_writer && !has_page) return;  // it is coming, or going
  const std::uint64_t left_by = has_page ? (*found)->writer() : HashOfCheckpoints();
  const bool is_known = page_ != nullptr ? has_page && left_by == page_->writer()
                                         : !has_writer && left_by == left_by_;
  if (is_known) return;
  left_by_ = left_by;
  // What a killed writer published last is not believed by who did not see it before: the machine
  // may have lost power since.
  page_ = has_writer ? *std::move(found) : nullptr;
  ++pages_;
  saw_closed_ = false;
  slots_.clear();
  slots_seen_ = 0;
  absl::MutexLock left_lock(&left_mutex_);
  left_until_ = Moment::min();
}

// A writer that closed the folder took its page away, and wrote down how far it came.
std::uint64_t FolderWatch::HashOfCheckpoints() const {
  std::vector<std::string> contents;
  for (const char* name : {log::kRecoveryPointCheckpoint, log::kLogStartCheckpoint,
                           log::kHighWatermarkCheckpoint, log::kCleanerCheckpoint}) {
    contents.push_back(
        io::ReadSmallFile(*files_, directory_ + "/" + name, log::kMaxCheckpointFileSize)
            .value_or(""));
  }
  return absl::HashOf(contents);
}

std::shared_ptr<SharedPageView> FolderWatch::Page() const {
  base::MutexLock lock(&mutex_);
  Look();
  return page_;
}

std::uint64_t FolderWatch::version() const {
  base::MutexLock lock(&mutex_);
  Look();
  return pages_ << 32 | (page_ != nullptr ? page_->slots() : 0);
}

std::uint64_t FolderWatch::catalogue_version() const {
  base::MutexLock lock(&mutex_);
  Look();
  const bool tells = page_ != nullptr && page_->is_open();
  return pages_ << 32 | ((tells ? page_->catalogue_changes() : looks_) & UINT32_MAX);
}

log::EndSource::Found FolderWatch::Find(const log::SlotKey& key) {
  base::MutexLock lock(&mutex_);
  Look();
  // A writer that is there and has not opened the log, or one that came and went.
  const Found unpublished{.slot = nullptr, .pin = nullptr, .writer = ~left_by_};
  if (page_ == nullptr) return unpublished;
  for (const std::size_t slots = page_->slots(); slots_seen_ < slots; ++slots_seen_) {
    // A topic that was deleted and imported again has its key once more: the last slot is its, and
    // nothing that was known by another holds any more, as if it had another writer.
    slots_.insert_or_assign(page_->slot(slots_seen_).key, slots_seen_);
  }
  const auto found = slots_.find(key);
  if (found == slots_.end()) return unpublished;
  return {&page_->slot(found->second), page_->mapping(), page_->writer() + found->second};
}

bool FolderWatch::HasWriter() const {
  return files_->IsLocked(directory_ + "/" + kLockFile).value_or(false);
}

bool FolderWatch::Wait(const std::function<bool()>& condition, base::Deadline deadline) {
  for (;;) {
    const auto page = Page();
    const bool is_seen = page == nullptr || page->may_store();
    auto ticket = base::Wakeup::Ticket();
    if (page == nullptr) {
      ticket = own_.Prepare();
    } else {
      ticket = is_seen ? page->wakeup().Prepare() : page->wakeup().Look();
    }
    look_outside_();
    if (condition()) return true;
    if (base::HasPassed(deadline)) return false;
    const auto slice = base::DeadlineAfter(is_seen ? kWriterCheckInterval : kUnseenSleep);
    const auto until = std::min(deadline, slice);
    if (page == nullptr) {
      own_.Wait(ticket, until);
    } else {
      page->wakeup().Wait(ticket, until);
    }
  }
}

// Others that sleep at the page wake as well, look, and sleep on.
void FolderWatch::Wake() {
  own_.Notify();
  base::MutexLock lock(&mutex_);
  if (page_ != nullptr && page_->may_store()) page_->wakeup().Notify();
}

void FolderWatch::Close() {
  Wake();
  base::MutexLock lock(&mutex_);
  closed_ = true;
  page_ = nullptr;
}

log::LogCheckpoint FolderWatch::Checkpoint(const TopicPartition& partition) {
  absl::MutexLock lock(&left_mutex_);
  if (std::chrono::steady_clock::now() >= left_until_) ReadWhatIsLeft();
  return {.clean_shutdown = was_clean_,
          .recovery_point = OffsetIn(left_.recovery_points, partition).value_or(0),
          .log_start_offset = OffsetIn(left_.log_starts, partition).value_or(0),
          .high_watermark = OffsetIn(left_.high_watermarks, partition).value_or(0),
          .first_dirty_offset = OffsetIn(left_.first_dirty, partition).value_or(-1)};
}

void FolderWatch::ReadWhatIsLeft() {
  const std::string root = directory_ + "/";
  left_ = {.recovery_points = ReadIfSound(*files_, root + log::kRecoveryPointCheckpoint),
           .log_starts = ReadIfSound(*files_, root + log::kLogStartCheckpoint),
           .high_watermarks = ReadIfSound(*files_, root + log::kHighWatermarkCheckpoint),
           .first_dirty = ReadIfSound(*files_, root + log::kCleanerCheckpoint)};
  was_clean_ = files_->Exists(root + kCleanShutdownFile).value_or(false) && left_.recovery_points &&
               left_.log_starts && left_.high_watermarks;
  left_until_ = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(kWriterCheckInterval);
}

}  // namespace rill::engine
