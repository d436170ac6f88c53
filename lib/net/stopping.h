#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace rill::net {

// Tells requests that wait that the node stops. Thread-safe; held by std::make_shared.
class Stopping : public std::enable_shared_from_this<Stopping> {
 public:
  bool has_begun() const { return has_begun_.load(); }

  // Runs `observer` when it begins, until the returned token goes; also where it has begun already.
  // `observer` is quick, and does not call back.
  std::shared_ptr<void> Observe(std::function<void()> observer) {
    absl::MutexLock lock(&mutex_);
    if (has_begun()) observer();
    const auto place = observers_.insert(observers_.end(), std::move(observer));
    return {nullptr, [self = shared_from_this(), place](void*) {
              absl::MutexLock lock(&self->mutex_);
              self->observers_.erase(place);
            }};
  }

  void Begin() {
    absl::MutexLock lock(&mutex_);
    has_begun_.store(true);
    for (const auto& observer : observers_) observer();
  }

 private:
  std::atomic<bool> has_begun_ = false;
  absl::Mutex mutex_;
  std::list<std::function<void()>> observers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::net
