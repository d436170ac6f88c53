#include "rill/testing/manual_clock.h"

#include "catch.h"

TEST_CASE("A manual clock moves only by hand, either way") {
  rill::testing::ManualClock clock(absl::FromUnixSeconds(100));
  rill::Clock& seen = clock;
  CHECK(seen.Now() == absl::FromUnixSeconds(100));
  clock.Advance(absl::Milliseconds(1500));
  CHECK(seen.Now() == absl::FromUnixMillis(101'500));
  clock.Advance(-absl::Seconds(1));
  CHECK(seen.Now() == absl::FromUnixMillis(100'500));
  clock.Set(absl::FromUnixSeconds(7));
  CHECK(seen.Now() == absl::FromUnixSeconds(7));
}

TEST_CASE("A manual clock starts at one fixed moment") {
  CHECK(rill::testing::ManualClock().Now() ==
        absl::FromCivil(absl::CivilSecond(2026, 1, 1), absl::UTCTimeZone()));
}
