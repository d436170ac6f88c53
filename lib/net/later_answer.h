#pragma once

#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "net/wake.h"

namespace rill::net {

// An answer that one thread gives and a coroutine waits for. Thread-safe.
template <typename Response>
class LaterAnswer {
 public:
  // `wake` is the coroutine's own.
  explicit LaterAnswer(Wake* wake) : wake_(wake) {}

  void Give(Response response) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    response_ = std::move(response);
    if (wake_ != nullptr) wake_->Notify();
  }
  std::optional<Response> Take() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return std::exchange(response_, std::nullopt);
  }
  // Nobody waits any more: an answer that still comes goes nowhere. It may come when the node, and
  // what its coroutines ran in, is gone.
  void Abandon() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    wake_ = nullptr;
  }

 private:
  absl::Mutex mutex_;
  Wake* wake_ ABSL_GUARDED_BY(mutex_);
  std::optional<Response> response_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::net
