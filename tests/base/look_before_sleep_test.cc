#include "base/look_before_sleep.h"

#include <thread>

#include "catch.h"

namespace rill::base {
namespace {

using std::chrono::milliseconds;

// How often a condition that never holds is looked at.
int LooksInVain(LookBeforeSleep& look) {
  int looks = 0;
  const bool held = look.For(
      [&] {
        ++looks;
        return false;
      },
      Deadline::max());
  CHECK_FALSE(held);
  return looks;
}

void LookInVainUntilItIsGivenUp(LookBeforeSleep& look) {
  for (int i = 0; i < 10; ++i) LooksInVain(look);
  REQUIRE(LooksInVain(look) == 0);
}

TEST_CASE("A condition that comes to hold while it is looked at needs no sleep") {
  LookBeforeSleep look(true);
  int looks = 0;
  CHECK(look.For([&] { return ++looks == 2; }, Deadline::max()));
  CHECK(looks == 2);
}

TEST_CASE("Looking in vain is given up, and taken up again after a short sleep alone") {
  LookBeforeSleep look(true);
  CHECK(LooksInVain(look) > 0);
  LookInVainUntilItIsGivenUp(look);
  CHECK(look.Asleep([] {
    std::this_thread::sleep_for(milliseconds(5));
    return 7;
  }) == 7);
  CHECK(LooksInVain(look) == 0);
  // A sleep that is over at once; the scheduler may make one of them long.
  for (int i = 0; i < 100; ++i) look.Asleep([] { return true; });
  CHECK(LooksInVain(look) > 0);
}

TEST_CASE("One that can be the only one to run does not look") {
  LookBeforeSleep look(false);
  CHECK(LooksInVain(look) == 0);
  look.Asleep([] { return true; });
  CHECK(LooksInVain(look) == 0);
}

TEST_CASE("Nobody looks for longer than the deadline") {
  LookBeforeSleep look(true);
  const auto begin = std::chrono::steady_clock::now();
  int looks = 0;
  CHECK_FALSE(look.For([&] { return ++looks < 0; }, begin));
  CHECK(looks == 1);
}

}  // namespace
}  // namespace rill::base
