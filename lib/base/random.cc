#include "base/random.h"

#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string_view>

#include "base/siphash.h"

namespace rill::base {
namespace {

std::uint64_t Nanos(clockid_t clock) {
  timespec now = {};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

// The time and the process tell processes apart, the count calls, the address hosts that began at
// one moment.
std::uint64_t Guessable() {
  static std::atomic<std::uint64_t> calls = 0;
  const std::uint64_t seen[] = {calls.fetch_add(1), Nanos(CLOCK_MONOTONIC),
                                reinterpret_cast<std::uintptr_t>(&calls)};
  const SipHashKey key{Nanos(CLOCK_REALTIME), static_cast<std::uint64_t>(::getpid())};
  return SipHash(key, {reinterpret_cast<const char*>(seen), sizeof(seen)}).low;
}

}  // namespace

std::uint64_t Random64(RandomSource source) {
  std::uint64_t number = 0;
  ssize_t got = 0;
  do {  // so few bytes come whole
    got = source(&number, sizeof(number), 0);
  } while (got < 0 && errno == EINTR);
  return got == ssize_t{sizeof(number)} ? number : Guessable();
}

std::uint64_t Random64() { return Random64(&::getrandom); }

}  // namespace rill::base
