#include "steady_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>

namespace {

thread_local std::uint64_t allocations = 0;

}  // namespace

// The program's own in place of the C library's, which they call. `operator new` calls malloc.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  ++allocations;
  return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  ++allocations;
  *memory = __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
}

namespace rill::bench {
namespace {

// What was found in the whole run; benchmarks report in the main thread.
std::set<std::string>& Unsteady() {
  static std::set<std::string> lines;
  return lines;
}
int not_counted = 0;  // runs whose system calls nobody counted

// The number of the tracepoint; 0 when it cannot be read.
std::uint64_t SystemCallEvent() {
  const int file =
      ::open("/sys/kernel/tracing/events/raw_syscalls/sys_enter/id", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char text[32] = {};
  const ssize_t size = ::read(file, text, sizeof text - 1);
  ::close(file);
  return size <= 0 ? 0 : std::strtoull(text, nullptr, 10);
}

int CountSystemCalls() {
  const std::uint64_t event = SystemCallEvent();
  if (event == 0) return -1;
  perf_event_attr wanted = {};
  wanted.type = PERF_TYPE_TRACEPOINT;
  wanted.size = sizeof wanted;
  wanted.config = event;
  constexpr int kThisThread = 0;
  constexpr int kAnyProcessor = -1;
  return static_cast<int>(::syscall(SYS_perf_event_open, &wanted, kThisThread, kAnyProcessor, -1,
                                    PERF_FLAG_FD_CLOEXEC));
}

}  // namespace

SteadyState::SteadyState() : allocations_(0), file_(CountSystemCalls()) {
  allocations_ = allocations;
}

SteadyState::~SteadyState() {
  if (file_ >= 0) ::close(file_);
}

SteadyState::Counts SteadyState::Stop() const {
  Counts counts;
  counts.allocations = allocations - allocations_;
  std::uint64_t calls = 0;
  if (file_ >= 0 && ::read(file_, &calls, sizeof calls) == sizeof calls) {
    counts.system_calls = calls - 1;  // without this one
  }
  return counts;
}

void RequireSteady(benchmark::State& state, const SteadyState::Counts& counts, double records) {
  const auto check = [&](const char* name, std::uint64_t count, double most) {
    const double per_record = static_cast<double>(count) / records;
    state.counters[fmt::format("{}_per_record", name)] = per_record;
    if (per_record * 1000 <= most) return;
    Unsteady().insert(fmt::format("{} {} for {:.0f} records: more than {} for 1,000", count, name,
                                  records, most));
    state.SetLabel(fmt::format("NOT STEADY: {} {}", count, name));
  };
  check("mallocs", counts.allocations, kMostMallocsPerThousand);
  if (counts.system_calls.has_value()) {
    check("syscalls", *counts.system_calls, kMostSyscallsPerThousand);
  } else {
    ++not_counted;
  }
}

bool PrintUnsteady(Uncounted uncounted) {
  for (const std::string& line : Unsteady()) fmt::print("NOT STEADY: {}\n", line);
  if (not_counted == 0) return Unsteady().empty();
  fmt::print(
      "NOT COUNTED: the system calls of {} runs; nothing is shown about them. perf_event_open of "
      "raw_syscalls:sys_enter takes root or CAP_PERFMON, and tracefs at /sys/kernel/tracing\n",
      not_counted);
  return Unsteady().empty() && uncounted == Uncounted::kPasses;
}

}  // namespace rill::bench
