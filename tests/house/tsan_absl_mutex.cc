// Tells ThreadSanitizer what absl::Mutex does. The system's Abseil is not built for it, so without
// this every value that an absl::Mutex guards would be reported as a race. The functions here stand
// in front of Abseil's of the same name, call them, and say what happened.
//
// Between "pre" and "post" calls ThreadSanitizer ignores what the thread reads and writes: that
// covers conditions, which Abseil may evaluate in another thread while it unlocks.
//
// A wait with a timeout is a wait with a deadline here: some releases of Abseil make one of the
// other inside, through the function that stands in front, and the lock would be given up twice.

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/base/options.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}

#define RILL_STRING2(x) #x
#define RILL_STRING(x) RILL_STRING2(x)

namespace {

// Abseil's own function behind ours. `prefix` and `rest` are what stands around Abseil's inline
// namespace in its mangled name; the namespace is another in each release and distribution.
template <typename Function>
Function Next(const char* prefix, const char* rest) {
  const std::string inside = RILL_STRING(ABSL_OPTION_INLINE_NAMESPACE_NAME);
  const std::string name = prefix + std::to_string(inside.size()) + inside + rest;
  void* const found = dlsym(RTLD_NEXT, name.c_str());
  if (found == nullptr) {
    std::fprintf(stderr, "no %s in the shared Abseil: ThreadSanitizer cannot follow it\n",
                 name.c_str());
    std::abort();
  }
  return reinterpret_cast<Function>(found);
}

constexpr unsigned kRead = __tsan_mutex_read_lock;
constexpr unsigned kTry = __tsan_mutex_try_lock;
constexpr unsigned kFailed = __tsan_mutex_try_lock_failed;

void Locking(void* mutex, unsigned flags = 0) { __tsan_mutex_pre_lock(mutex, flags); }
void Locked(void* mutex, unsigned flags = 0) { __tsan_mutex_post_lock(mutex, flags, 0); }
void Unlocking(void* mutex, unsigned flags = 0) { __tsan_mutex_pre_unlock(mutex, flags); }
void Unlocked(void* mutex, unsigned flags = 0) { __tsan_mutex_post_unlock(mutex, flags); }

void GiveUp(void* mutex) {
  Unlocking(mutex);
  Unlocked(mutex);
}

}  // namespace

#define RILL_NEXT(type, rest) static const auto next = Next<type>("_ZN4absl", rest)
#define RILL_NEXT_CONST(type, rest) static const auto next = Next<type>("_ZNK4absl", rest)

namespace absl {
ABSL_NAMESPACE_BEGIN

Mutex::~Mutex() {
  RILL_NEXT(void (*)(Mutex*), "5MutexD1Ev");
  __tsan_mutex_destroy(this, 0);
  // Debian's takes the mutex out of a graph, for its search for deadlocks, behind a lock that is
  // not known here.
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  next(this);
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}

void Mutex::Lock() {
  RILL_NEXT(void (*)(Mutex*), "5Mutex4LockEv");
  Locking(this);
  next(this);
  Locked(this);
}

bool Mutex::TryLock() {
  RILL_NEXT(bool (*)(Mutex*), "5Mutex7TryLockEv");
  Locking(this, kTry);
  const bool locked = next(this);
  Locked(this, locked ? kTry : kTry | kFailed);
  return locked;
}

void Mutex::Unlock() {
  RILL_NEXT(void (*)(Mutex*), "5Mutex6UnlockEv");
  Unlocking(this);
  next(this);
  Unlocked(this);
}

void Mutex::ReaderLock() {
  RILL_NEXT(void (*)(Mutex*), "5Mutex10ReaderLockEv");
  Locking(this, kRead);
  next(this);
  Locked(this, kRead);
}

void Mutex::ReaderUnlock() {
  RILL_NEXT(void (*)(Mutex*), "5Mutex12ReaderUnlockEv");
  Unlocking(this, kRead);
  next(this);
  Unlocked(this, kRead);
}

void Mutex::LockWhen(const Condition& condition) {
  RILL_NEXT(void (*)(Mutex*, const Condition&), "5Mutex8LockWhenERKNS0_9ConditionE");
  Locking(this);
  next(this, condition);
  Locked(this);
}

bool Mutex::LockWhenWithTimeout(const Condition& condition, absl::Duration timeout) {
  return LockWhenWithDeadline(condition, absl::Now() + timeout);
}

bool Mutex::LockWhenWithDeadline(const Condition& condition, absl::Time deadline) {
  RILL_NEXT(bool (*)(Mutex*, const Condition&, absl::Time),
            "5Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  Locking(this);
  const bool held = next(this, condition, deadline);
  Locked(this);
  return held;
}

void Mutex::Await(const Condition& condition) {
  RILL_NEXT(void (*)(Mutex*, const Condition&), "5Mutex5AwaitERKNS0_9ConditionE");
  GiveUp(this);
  Locking(this);
  next(this, condition);
  Locked(this);
}

bool Mutex::AwaitWithTimeout(const Condition& condition, absl::Duration timeout) {
  return AwaitWithDeadline(condition, absl::Now() + timeout);
}

bool Mutex::AwaitWithDeadline(const Condition& condition, absl::Time deadline) {
  RILL_NEXT(bool (*)(Mutex*, const Condition&, absl::Time),
            "5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  GiveUp(this);
  Locking(this);
  const bool held = next(this, condition, deadline);
  Locked(this);
  return held;
}

void CondVar::Wait(Mutex* mutex) {
  RILL_NEXT(void (*)(CondVar*, Mutex*), "7CondVar4WaitEPNS0_5MutexE");
  GiveUp(mutex);
  Locking(mutex);
  next(this, mutex);
  Locked(mutex);
}

bool CondVar::WaitWithTimeout(Mutex* mutex, absl::Duration timeout) {
  return WaitWithDeadline(mutex, absl::Now() + timeout);
}

bool CondVar::WaitWithDeadline(Mutex* mutex, absl::Time deadline) {
  RILL_NEXT(bool (*)(CondVar*, Mutex*, absl::Time),
            "7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE");
  GiveUp(mutex);
  Locking(mutex);
  const bool timed_out = next(this, mutex, deadline);
  Locked(mutex);
  return timed_out;
}

void Notification::Notify() {
  RILL_NEXT(void (*)(Notification*), "12Notification6NotifyEv");
  __tsan_release(this);
  next(this);
}

void Notification::WaitForNotification() const {
  RILL_NEXT_CONST(void (*)(const Notification*), "12Notification19WaitForNotificationEv");
  next(this);
  __tsan_acquire(const_cast<Notification*>(this));
}

bool Notification::WaitForNotificationWithTimeout(absl::Duration timeout) const {
  RILL_NEXT_CONST(bool (*)(const Notification*, absl::Duration),
                  "12Notification30WaitForNotificationWithTimeoutENS0_8DurationE");
  const bool notified = next(this, timeout);
  if (notified) __tsan_acquire(const_cast<Notification*>(this));
  return notified;
}

bool BlockingCounter::DecrementCount() {
  RILL_NEXT(bool (*)(BlockingCounter*), "15BlockingCounter14DecrementCountEv");
  __tsan_release(this);
  return next(this);
}

void BlockingCounter::Wait() {
  RILL_NEXT(void (*)(BlockingCounter*), "15BlockingCounter4WaitEv");
  next(this);
  __tsan_acquire(this);
}

ABSL_NAMESPACE_END
}  // namespace absl
