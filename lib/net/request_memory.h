#pragma once

#include <cstddef>
#include <list>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "net/wake.h"

namespace rill::net {

// What the requests of all connections may have of memory together, beyond the little that each
// connection has for itself. Thread-safe; outlives its shares.
class RequestMemory {
 public:
  // `largest` is what one request may need.
  RequestMemory(std::size_t most, std::size_t largest) : most_(most), largest_(largest) {}

  // A connection's part. Used by one thread.
  class Share {
   public:
    explicit Share(RequestMemory& memory) : memory_(memory) {}
    ~Share() { memory_.Give(bytes_); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // Makes it `bytes`; false where there is not enough left, and then it is as before.
    bool Resize(std::size_t bytes);
    std::size_t bytes() const { return bytes_; }

   private:
    RequestMemory& memory_;
    std::size_t bytes_ = 0;
  };

  // Wakes `waiting` whenever something is given back, until the returned token is gone.
  std::shared_ptr<void> Observe(std::shared_ptr<Wake> waiting) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether so much is taken that the largest request has no room: then nothing should be kept for
  // a next one.
  bool is_scarce() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::size_t taken() const ABSL_LOCKS_EXCLUDED(mutex_);
  // How many observe.
  std::size_t waiting() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool Take(std::size_t bytes) ABSL_LOCKS_EXCLUDED(mutex_);
  void Give(std::size_t bytes) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::size_t most_;
  const std::size_t largest_;
  mutable absl::Mutex mutex_;
  std::size_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  std::list<std::shared_ptr<Wake>> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::net
