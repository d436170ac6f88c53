#pragma once

#include <mutex>

#include "absl/base/thread_annotations.h"

namespace rill::base {

// The lock for hot paths: std::mutex, with annotations that clang checks. absl::Mutex is the one
// everywhere else; it can wait for conditions, but Debian builds it with deadlock detection, which
// makes an uncontended lock and unlock cost 39 ns against 3 ns here (docs/design/locks.md).
class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    if (!mutex_.try_lock()) [[unlikely]]
      LockContended();
  }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  void LockContended();

  std::mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_->Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mutex_;
};

}  // namespace rill::base
