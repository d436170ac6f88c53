#include "touched_pages.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace rill::test {
namespace {

// Read by a signal handler, so plain atomics in a fixed place.
struct Watched {
  std::atomic<std::uintptr_t> begin = 0;
  std::atomic<std::uintptr_t> end = 0;
};
constexpr int kMostWatched = 64;
Watched watched[kMostWatched];
std::atomic<int> touched = 0;

std::uintptr_t PageSize() { return static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE)); }

// The load is tried again when this returns: in vain, and so to the process's end, where the
// address is nobody's.
void OnFault(int signal_number, siginfo_t* info, void*) {
  const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (const Watched& region : watched) {
    if (at < region.begin.load() || at >= region.end.load()) continue;
    const std::uintptr_t page = at / PageSize() * PageSize();
    mprotect(reinterpret_cast<void*>(page), PageSize(), PROT_READ);
    touched.fetch_add(1);
    return;
  }
  signal(signal_number, SIG_DFL);
}

class WatchedMapping final : public io::Mapping {
 public:
  WatchedMapping(char* data, std::size_t size, Watched& region)
      : Mapping(data, size), region_(region) {
    const auto begin = reinterpret_cast<std::uintptr_t>(data);
    region_.end.store(begin + size);
    region_.begin.store(begin);
  }
  ~WatchedMapping() override {
    region_.end.store(0);
    region_.begin.store(0);
    munmap(data(), size());
  }
  void Populate(std::size_t, std::size_t) override {}
  absl::Status Sync() override { return absl::OkStatus(); }

 private:
  Watched& region_;
};

Watched& FreeRegion() {
  for (Watched& region : watched) {
    if (region.end.load() == 0) return region;
  }
  std::abort();  // a test that has this many mapped counts something else than it thinks
}

void Install() {
  struct sigaction action = {};
  action.sa_sigaction = OnFault;
  action.sa_flags = SA_SIGINFO;
  if (sigaction(SIGSEGV, &action, nullptr) != 0) std::abort();
}

}  // namespace

int TouchedPages() { return touched.load(); }

absl::StatusOr<std::unique_ptr<io::Mapping>> MapWatched(io::File& file, std::size_t length) {
  Install();  // each time: so does Catch2 with its own, for each test case
  void* const at =
      mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return absl::ResourceExhaustedError("mmap");
  const auto got = file.ReadAt(0, static_cast<char*>(at), length);
  if (!got.ok()) return got.status();
  if (mprotect(at, length, PROT_NONE) != 0) return absl::InternalError("mprotect");
  return std::make_unique<WatchedMapping>(static_cast<char*>(at), length, FreeRegion());
}

}  // namespace rill::test
