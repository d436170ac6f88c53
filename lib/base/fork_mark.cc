#include "base/fork_mark.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <new>

namespace rill::base {
namespace {

// The least that can be mapped: rounded up to a page.
constexpr std::size_t kMapped = 1;

}  // namespace

ForkMark::ForkMark() : process_(::getpid()) {
  void* const page =
      ::mmap(nullptr, kMapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return;
  if (::madvise(page, kMapped, MADV_WIPEONFORK) != 0) {
    ::munmap(page, kMapped);
    return;
  }
  mark_ = {new (page) std::atomic<bool>(true),
           [](std::atomic<bool>* mark) { ::munmap(static_cast<void*>(mark), kMapped); }};
}

bool ForkMark::IsOwnProcess() const { return ::getpid() == process_; }

}  // namespace rill::base
