#include "log/stopper.h"

#include <string>

#include "catch.h"

namespace rill::log {
namespace {

std::string Stopper(std::int64_t next_offset) {
  std::string stopper(kStopperSize, 'x');
  StoreStopper(stopper.data(), next_offset);
  return stopper;
}

TEST_CASE("a stopper is known by its offset, length and magic, whatever its epoch is") {
  std::string stopper = Stopper(300);
  CHECK(IsStopper(stopper, 300));
  CHECK_FALSE(IsStopper(stopper, 301));
  for (std::size_t i = 0; i < stopper.size(); ++i) {
    CAPTURE(i);
    std::string changed = stopper;
    changed[i] = 'x';
    const bool is_epoch = i >= 12 && i < 16;
    CHECK(IsStopper(changed, 300) == is_epoch);
  }
  CHECK_FALSE(IsStopper(stopper + '\0', 300));
}

TEST_CASE("what a power cut left of a stopper is known: a part of it, or zeros") {
  const std::string stopper = Stopper(300);
  for (std::size_t size = 0; size <= stopper.size(); ++size) {
    CHECK(IsStopper(stopper.substr(0, size), 300));
    CHECK(IsStopper(std::string(size, '\0') + stopper.substr(size), 300));
  }
}

}  // namespace
}  // namespace rill::log
