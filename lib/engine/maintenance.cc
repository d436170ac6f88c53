#include "engine/maintenance.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/clock_reader.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

// The wall clock may be set back: the thread looks at it this often.
constexpr absl::Duration kLongestSleep = absl::Seconds(5);
// How often it looks at a clock that is not the system's, whose pace is not known.
constexpr absl::Duration kForeignClockPoll = absl::Milliseconds(5);

// How long tasks that are closed wait for what other threads are in the middle of.
constexpr absl::Duration kOthersWork = absl::Seconds(10);

}  // namespace

void Maintenance::Add(std::shared_ptr<MaintenanceTask> task, bool is_woken_by_all) {
  absl::MutexLock lock(&mutex_);
  if (ended_) return;
  entries_.push_back({std::move(task), absl::InfinitePast(), is_woken_by_all});
  changed_.Signal();
}

void Maintenance::Remove(MaintenanceTask* task) {
  std::shared_ptr<MaintenanceTask> removed;  // destroyed without the lock
  absl::MutexLock lock(&mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.task.get() == task; });
  if (found == entries_.end()) return;
  removed = std::move(found->task);
  entries_.erase(found);
}

void Maintenance::RemoveAll() {
  std::vector<Entry> removed;
  {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    const auto self = std::this_thread::get_id();
    while ((running_ != nullptr && running_thread_ != self) ||
           (closing_thread_ != std::thread::id() && closing_thread_ != self)) {
      idle_.Wait(&mutex_);
    }
    removed.swap(entries_);
    if (removed.empty()) return;
    closing_thread_ = self;
  }
  const base::Deadline deadline = base::DeadlineAfter(kOthersWork);
  for (const Entry& entry : removed) entry.task->OnEngineClose(deadline);
  absl::MutexLock lock(&mutex_);
  closing_thread_ = {};
  idle_.SignalAll();
}

void Maintenance::Schedule(MaintenanceTask* task, absl::Time at) {
  absl::MutexLock lock(&mutex_);
  if (Entry* const entry = Find(task); entry != nullptr) Advance(*entry, at);
}

void Maintenance::ScheduleAll(absl::Time at) {
  absl::MutexLock lock(&mutex_);
  for (Entry& entry : entries_) {
    if (entry.is_woken_by_all) Advance(entry, at);
  }
}

Maintenance::Entry* Maintenance::Find(const MaintenanceTask* task) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.task.get() == task; });
  return found == entries_.end() ? nullptr : &*found;
}

void Maintenance::Advance(Entry& entry, absl::Time at) {
  if (at >= entry.due) return;
  if (at < NextDue()) changed_.Signal();
  entry.due = at;
}

absl::Time Maintenance::NextDue() const {
  absl::Time next = absl::InfiniteFuture();
  for (const Entry& entry : entries_) next = std::min(next, entry.due);
  return next;
}

absl::Time Maintenance::Run() {
  {
    absl::MutexLock lock(&mutex_);
    // Called from a task: run_mutex_ is this thread's already.
    if (running_ != nullptr && running_thread_ == std::this_thread::get_id()) return NextDue();
  }
  absl::MutexLock run(&run_mutex_);
  for (;;) {
    const bool is_unfinished = RunDue();
    absl::MutexLock lock(&mutex_);
    if (!is_unfinished || stop_) return NextDue();
  }
}

bool Maintenance::RunDue() {
  const absl::Time now = base::Finite(clock_->Now());
  std::vector<std::shared_ptr<MaintenanceTask>> due;
  {
    absl::MutexLock lock(&mutex_);
    // On a clock that was set back, nobody knows how long the tasks have waited: they look anew.
    const bool was_set_back = now < std::exchange(last_run_, now);
    for (Entry& entry : entries_) {
      if (was_set_back) entry.due = now;
      if (entry.due <= now) due.push_back(entry.task);
    }
  }
  bool is_unfinished = false;
  for (const auto& task : due) is_unfinished |= RunOne(task, now);
  return is_unfinished;
}

bool Maintenance::RunOne(const std::shared_ptr<MaintenanceTask>& task, absl::Time now) {
  {
    absl::MutexLock lock(&mutex_);
    Entry* const entry = Find(task.get());
    if (entry == nullptr || ended_) return false;  // removed since, or about to be
    // Before the run: what is scheduled while it is under way must not be forgotten.
    entry->due = absl::InfiniteFuture();
    running_ = task.get();
    running_thread_ = std::this_thread::get_id();
  }
  const absl::Time next = task->Run(now);
  absl::MutexLock lock(&mutex_);
  running_ = nullptr;
  running_thread_ = {};
  idle_.SignalAll();
  Entry* const entry = Find(task.get());
  if (entry == nullptr) return false;
  entry->due = std::min(entry->due, next);
  return next == MaintenanceTask::kUnfinished;
}

absl::Status Maintenance::StartThread() {
  // The application's signal handlers are for its own threads.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  absl::Status status;
  try {
    thread_ = std::thread([self = shared_from_this()] { self->Loop(); });
  } catch (const std::system_error& error) {
    status = MakeError(absl::StatusCode::kResourceExhausted, ErrorCode::kUnknownServerError,
                       fmt::format("cannot start the maintenance thread: {}; "
                                   "Options::Maintenance::kByCaller needs none",
                                   error.what()));
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return status;
}

void Maintenance::StopThread() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
    changed_.Signal();
  }
  if (!thread_.joinable()) return;
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();  // it holds this object until it ends
  } else {
    thread_.join();
  }
}

absl::Duration Maintenance::TimeToSleep(absl::Time due) const {
  if (clock_ != Clock::System()) return kForeignClockPoll;
  return std::min(due - clock_->Now(), kLongestSleep);
}

void Maintenance::Loop() {
  pthread_setname_np(pthread_self(), "rill");
  for (;;) {
    Run();
    absl::MutexLock lock(&mutex_);
    // Anything scheduled since Run looked is in NextDue now; anything later signals.
    const absl::Time due = NextDue();
    if (!stop_ && due > clock_->Now()) {
      if (due == absl::InfiniteFuture()) {
        changed_.Wait(&mutex_);
      } else {
        changed_.WaitWithTimeout(&mutex_, TimeToSleep(due));
      }
    }
    if (stop_) return;
  }
}

}  // namespace rill::engine
