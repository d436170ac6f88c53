#pragma once

#include <sys/types.h>

#include <atomic>
#include <memory>

namespace rill::base {

// Knows the process that made it from the children that fork makes of that: in a page that the
// system gives to children as zeros (MADV_WIPEONFORK), so that asking costs a load of a line that
// nobody writes. Copies share the page. Thread-safe.
class ForkMark {
 public:
  ForkMark();

  // Whether this is the process that made it, not a child.
  bool IsOwn() const {
    return mark_ != nullptr ? mark_->load(std::memory_order_relaxed) : IsOwnProcess();
  }

 private:
  bool IsOwnProcess() const;

  std::shared_ptr<const std::atomic<bool>> mark_;  // null where the system has no such pages
  pid_t process_;
};

}  // namespace rill::base
