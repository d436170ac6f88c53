#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/wakeup.h"
#include "rill/clock.h"

namespace rill::engine {

// A piece of the engine's background work.
struct MaintenanceTask {
  virtual ~MaintenanceTask() = default;
  // Does what is due at `now`; returns when to come again: InfiniteFuture when it will be asked
  // for, kUnfinished when this was a part of it, and other tasks are to have their turn before the
  // next. Runs with no lock held, one run at a time. May add, remove and schedule tasks.
  virtual absl::Time Run(absl::Time now) = 0;
  static constexpr absl::Time kUnfinished = absl::InfinitePast();
  // No run comes any more, for the engine closes: what was put off for one is to be done now. Runs
  // as Run does, and inside one where that closes the engine. Other threads are not waited for
  // beyond `deadline`: one may be in a callback that waits for the engine to close.
  virtual void OnEngineClose(base::Deadline deadline) { static_cast<void>(deadline); }
};

// Runs tasks when they are due: in a thread of its own, or in whichever thread calls Run.
// Thread-safe. Its lock is taken last of all: every call but Run and RemoveAll may be made under
// any other lock.
class Maintenance : public std::enable_shared_from_this<Maintenance> {
 public:
  // `clock` must outlive this.
  explicit Maintenance(Clock* clock) : clock_(clock) {}

  // The task is due at once. With `is_woken_by_all`, ScheduleAll means it too.
  void Add(std::shared_ptr<MaintenanceTask> task, bool is_woken_by_all) ABSL_LOCKS_EXCLUDED(mutex_);
  // The task is not run again. A run that is under way goes on, and keeps the task.
  void Remove(MaintenanceTask* task) ABSL_LOCKS_EXCLUDED(mutex_);
  // Removes all tasks and closes them; later ones are not taken. No run is under way when it
  // returns, and no task is being closed, unless it is called from there.
  void RemoveAll() ABSL_LOCKS_EXCLUDED(mutex_);

  // The task is due at `at`, if not before.
  void Schedule(MaintenanceTask* task, absl::Time at) ABSL_LOCKS_EXCLUDED(mutex_);
  void ScheduleAll(absl::Time at) ABSL_LOCKS_EXCLUDED(mutex_);

  // Runs what is due now, in this thread, to its end unless the thread is to stop; returns when
  // something will be due. Calls wait for one another; called from a task, it runs nothing: what is
  // due is under way.
  absl::Time Run() ABSL_LOCKS_EXCLUDED(run_mutex_, mutex_);

  // Starts the thread. ResourceExhausted when the system gives none.
  absl::Status StartThread();
  // Returns when the thread has ended; called from a task in it, lets it end after that task.
  void StopThread() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Entry {
    std::shared_ptr<MaintenanceTask> task;
    absl::Time due;
    bool is_woken_by_all;
  };

  // One turn of each task that is due; whether one of them is unfinished.
  bool RunDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(run_mutex_) ABSL_LOCKS_EXCLUDED(mutex_);
  void Loop() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Duration TimeToSleep(absl::Time due) const;
  bool RunOne(const std::shared_ptr<MaintenanceTask>& task, absl::Time now)
      ABSL_LOCKS_EXCLUDED(mutex_);
  Entry* Find(const MaintenanceTask* task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Advance(Entry& entry, absl::Time at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Time NextDue() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock* const clock_;
  // Held while tasks run.
  absl::Mutex run_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  absl::Mutex mutex_;
  absl::CondVar changed_;  // an earlier due time, or stop_
  absl::CondVar idle_;     // running_ or closing_thread_ has ended
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_run_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  const MaintenanceTask* running_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::thread::id running_thread_ ABSL_GUARDED_BY(mutex_);
  std::thread::id closing_thread_ ABSL_GUARDED_BY(mutex_);  // that is in OnEngineClose
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // StartThread and StopThread are called once each
};

}  // namespace rill::engine
