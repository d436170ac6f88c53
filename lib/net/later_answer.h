#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "asio/any_io_executor.hpp"
#include "net/wake.h"

namespace rill::net {

// An answer that one thread gives and a coroutine waits for. One that nobody waits for any more
// goes with the last who has this. Thread-safe.
template <typename Response>
class LaterAnswer {
 public:
  explicit LaterAnswer(const asio::any_io_executor& executor)
      : wake_(std::make_shared<Wake>(executor)) {}

  const std::shared_ptr<Wake>& wake() const { return wake_; }

  void Give(Response response) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      absl::MutexLock lock(&mutex_);
      response_ = std::move(response);
    }
    wake_->Notify();
  }
  std::optional<Response> Take() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return std::exchange(response_, std::nullopt);
  }

 private:
  const std::shared_ptr<Wake> wake_;
  absl::Mutex mutex_;
  std::optional<Response> response_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::net
