#include "base/random.h"

#include <cerrno>
#include <cstring>
#include <set>

#include "catch.h"

namespace rill::base {
namespace {

int interruptions = 0;

ssize_t InterruptedTwice(void* buffer, std::size_t size, unsigned) {
  if (interruptions++ < 2) {
    errno = EINTR;
    return -1;
  }
  std::memset(buffer, 7, size);
  return static_cast<ssize_t>(size);
}

ssize_t Refused(void*, std::size_t, unsigned) {
  errno = ENOSYS;
  return -1;
}

TEST_CASE("random numbers are the system's, also where a signal comes between") {
  CHECK(Random64() != Random64());
  CHECK(Random64(&InterruptedTwice) == 0x0707070707070707);
  CHECK(interruptions == 3);
}

TEST_CASE("random numbers differ where the system refuses its own") {
  std::set<std::uint64_t> numbers;
  for (int i = 0; i < 1000; ++i) numbers.insert(Random64(&Refused));
  CHECK(numbers.size() == 1000);
}

}  // namespace
}  // namespace rill::base
