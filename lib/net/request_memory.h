#pragma once

#include <cstddef>
#include <list>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "net/wake.h"

namespace rill::net {

// What the requests of all connections may have of memory together, beyond the little that each
// connection has for itself. Where all who have a part of it wait for more, none would ever be
// done: then one of them goes on beyond the limit, by no more than the largest request.
// Thread-safe; outlives its shares.
class RequestMemory {
 public:
  // `largest` is what one request may need.
  RequestMemory(std::size_t most, std::size_t largest) : most_(most), largest_(largest) {}

  // A connection's part. Used by one thread.
  class Share {
   public:
    explicit Share(RequestMemory& memory) : memory_(memory) {}
    ~Share() { Resize(0); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // Makes it `bytes`; false where there is not enough left, and then it is as before.
    bool Resize(std::size_t bytes);
    std::size_t bytes() const { return bytes_; }

    // Waits for more, and not in line: who wants little may have it sooner. Wakes `waiting`
    // whenever something is given back, until the returned token is gone, which is before the share
    // is.
    std::shared_ptr<void> Wait(std::shared_ptr<Wake> waiting);

   private:
    friend class RequestMemory;
    RequestMemory& memory_;
    std::size_t bytes_ = 0;    // changed under its mutex
    bool is_waiting_ = false;  // the same
  };

  // Whether so much is taken that the largest request has no room: then nothing should be kept for
  // a next one.
  bool is_scarce() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::size_t taken() const ABSL_LOCKS_EXCLUDED(mutex_);
  // How many wait.
  std::size_t waiting() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool MayTake(const Share& share, std::size_t bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool AllOthersWait(const Share& share) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::size_t most_;
  const std::size_t largest_;
  mutable absl::Mutex mutex_;
  std::size_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  std::list<std::shared_ptr<Wake>> waiting_ ABSL_GUARDED_BY(mutex_);
  // Shares that have something, and those of them that wait for more.
  std::size_t holders_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t waiting_holders_ ABSL_GUARDED_BY(mutex_) = 0;
  // The one that goes on beyond the limit, until it gives something back.
  const Share* exempt_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace rill::net
