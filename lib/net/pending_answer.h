#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "net/wake.h"

namespace rill::net {

// Where an answer is left for the coroutine that waits for it. Whoever answers may hold it longer
// than the coroutine, the node and its threads live, so it lets go of them. Thread-safe.
template <typename Response>
class PendingAnswer {
 public:
  explicit PendingAnswer(std::shared_ptr<Wake> wake) : wake_(std::move(wake)) {}

  // Goes nowhere once the wait was given up.
  void Deliver(Response response) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (wake_ == nullptr) return;
    response_ = std::move(response);
    wake_->Notify();
  }

  std::optional<Response> Take() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return std::exchange(response_, std::nullopt);
  }

  void GiveUp() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    wake_ = nullptr;
  }

 private:
  absl::Mutex mutex_;
  std::shared_ptr<Wake> wake_ ABSL_GUARDED_BY(mutex_);  // null: nobody waits any more
  std::optional<Response> response_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::net
