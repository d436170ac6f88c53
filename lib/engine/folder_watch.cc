#include "engine/folder_watch.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "io/small_file.h"
#include "log/checkpoint_file.h"

namespace rill::engine {

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
  // In this order: a page that is there before nobody has the folder is of a writer that is gone.
  auto found = SharedPageView::Open(files_, directory_);
  const auto writer = files_->HolderOf(directory_ + "/" + kLockFile);
  const bool is_told =
      found.ok() || absl::IsNotFound(found.status()) || absl::IsDataLoss(found.status());
  if (!writer.ok() || !is_told) return;
  const std::shared_ptr<SharedPageView> page = found.ok() ? *std::move(found) : nullptr;
  has_broker_ = has_broker_ && *writer == io::LockHolder::kPosix;
  switch (*writer) {
    case io::LockHolder::kNobody:
      return LookAtWhatIsLeft(page.get());
    case io::LockHolder::kOurs:
      return LookAtPage(page);
    case io::LockHolder::kPosix:
      return LookBesideBroker(page.get());
  }
}

void FolderWatch::LookAtPage(const std::shared_ptr<SharedPageView>& found) const {
  // The writer is coming, or going.
  if (found == nullptr || found->writer() == dead_writer_) return;
  if (page_ != nullptr && found->writer() == page_->writer()) return;
  TakePage(found);
}

// Whether a writer came and went unseen. What a killed one published last is believed by nobody who
// did not see it before: the machine may have lost power since.
void FolderWatch::LookAtWhatIsLeft(const SharedPageView* found) const {
  if (found != nullptr) dead_writer_ = found->writer();
  const auto left = HashOfWhatIsLeft(found);
  if (!left.ok()) return;
  const bool is_of_page =
      page_ != nullptr && found != nullptr && found->writer() == page_->writer();
  const bool is_known = std::exchange(left_, *left) == *left;
  if (is_of_page && !saw_killed_ && !WasClosed()) {
    // Nobody came since: what it published holds, and of other logs what it left.
    saw_killed_ = true;
    ++pages_;
  } else if (!is_known || (page_ != nullptr && !is_of_page)) {
    GoByWhatIsLeft();
  }
}

// A broker of Kafka's makes no page: one that is there is of a writer that was killed before.
void FolderWatch::LookBesideBroker(const SharedPageView* found) const {
  if (found != nullptr) dead_writer_ = found->writer();
  if (std::exchange(has_broker_, true)) return;
  ++brokers_;
  GoByWhatIsLeft();
}

void FolderWatch::GoByWhatIsLeft() const {
  TakePage(nullptr);
  absl::MutexLock lock(&left_mutex_);
  left_until_ = Moment::min();
}

bool FolderWatch::WasClosed() const {
  return files_->Exists(directory_ + "/" + kCleanShutdownFile).value_or(false);
}

void FolderWatch::TakePage(std::shared_ptr<SharedPageView> page) const {
  page_ = std::move(page);
  ++pages_;
  saw_closed_ = false;
  saw_killed_ = false;
  slots_.clear();
  slots_seen_ = 0;
}

// Of the page of a writer that was killed, and of the checkpoints, in which one that closed the
// folder wrote down how far it came. A broker that was killed may have written nothing down.
absl::StatusOr<std::uint64_t> FolderWatch::HashOfWhatIsLeft(const SharedPageView* page) const {
  std::vector<std::string> contents;
  for (const char* name : {log::kRecoveryPointCheckpoint, log::kLogStartCheckpoint,
                           log::kHighWatermarkCheckpoint, log::kCleanerCheckpoint}) {
    auto content = io::ReadSmallFile(*files_, directory_ + "/" + name, log::kMaxCheckpointFileSize);
    if (absl::IsResourceExhausted(content.status())) return content.status();
    contents.push_back(content.ok() ? *std::move(content) : content.status().ToString());
  }
  return absl::HashOf(contents, WasClosed(), page != nullptr ? page->writer() : 0, brokers_);
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
  if (page_ == nullptr) return {.slot = nullptr, .pin = nullptr, .writer = left_};
  for (const std::size_t slots = page_->slots(); slots_seen_ < slots; ++slots_seen_) {
    // A topic that was deleted and imported again has its key once more: the last slot is its, and
    // nothing that was known by another holds any more, as if it had another writer.
    slots_.insert_or_assign(page_->slot(slots_seen_).key, slots_seen_);
  }
  const auto found = slots_.find(key);
  if (found == slots_.end()) {
    return {.slot = nullptr, .pin = nullptr, .writer = saw_killed_ ? left_ : 0};
  }
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

absl::StatusOr<log::LogCheckpoint> FolderWatch::Checkpoint(const TopicPartition& partition) {
  absl::MutexLock lock(&left_mutex_);
  if (std::chrono::steady_clock::now() >= left_until_) {
    if (auto status = ReadWhatIsLeft(); !status.ok()) return status;
  }
  return log::LogCheckpoint{
      .clean_shutdown = was_clean_,
      .recovery_point = OffsetIn(checkpoints_.recovery_points, partition).value_or(0),
      .log_start_offset = OffsetIn(checkpoints_.log_starts, partition).value_or(0),
      .high_watermark = OffsetIn(checkpoints_.high_watermarks, partition).value_or(0),
      .first_dirty_offset = OffsetIn(checkpoints_.first_dirty, partition).value_or(-1)};
}

absl::Status FolderWatch::ReadWhatIsLeft() {
  auto checkpoints = ReadCheckpoints(*files_, directory_, /*sink=*/nullptr);
  if (!checkpoints.ok()) return checkpoints.status();
  checkpoints_ = *std::move(checkpoints);
  was_clean_ = WasClosed() && checkpoints_.recovery_points && checkpoints_.log_starts &&
               checkpoints_.high_watermarks;
  left_until_ = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(kWriterCheckInterval);
  return absl::OkStatus();
}

}  // namespace rill::engine
