#pragma once

#include <sys/types.h>

#include <atomic>

namespace rill::base {

// Knows the process that made it from the children that fork makes of that: in a page that the
// system gives to children as zeros (MADV_WIPEONFORK), so that asking costs a load of a line that
// nobody writes. Thread-safe.
class ForkMark {
 public:
  ForkMark();
  ~ForkMark();
  ForkMark(const ForkMark&) = delete;
  ForkMark& operator=(const ForkMark&) = delete;

  // Whether this is the process that made it, not a child.
  bool IsOwn() const {
    return mark_ != nullptr ? mark_->load(std::memory_order_relaxed) : IsOwnProcess();
  }

 private:
  bool IsOwnProcess() const;

  std::atomic<bool>* mark_ = nullptr;  // null where the system has no such pages
  const pid_t process_;
};

}  // namespace rill::base
