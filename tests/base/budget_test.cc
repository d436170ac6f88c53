#include "base/budget.h"

#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.h"

using rill::base::Budget;
using rill::base::Reservation;

TEST_CASE("A budget gives up to its cap, all or nothing") {
  Budget budget("Options::max_buffer_bytes", 100);
  CHECK(budget.TryReserve(60).ok());
  CHECK_FALSE(budget.TryReserve(41).ok());
  CHECK(budget.used() == 60);
  CHECK(budget.TryReserve(40).ok());
  CHECK(budget.TryReserve(0).ok());
  budget.Release(50);
  CHECK(budget.used() == 50);
}

TEST_CASE("A refusal names the option, its value, the use and the wish") {
  Budget budget("Options::max_buffer_bytes", 100);
  REQUIRE(budget.TryReserve(60).ok());
  const absl::Status status = budget.TryReserve(UINT64_MAX);
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(status.message() ==
        "Options::max_buffer_bytes is 100, of which 60 are in use: 18446744073709551615 more are "
        "refused; raise the option, or free what is no longer needed");
}

TEST_CASE("A charge passes the cap, and no more is given until enough came back") {
  Budget budget("b", 100);
  budget.Charge(150);
  CHECK(budget.used() == 150);
  CHECK_FALSE(budget.TryReserve(1).ok());
  budget.Release(51);
  CHECK(budget.TryReserve(1).ok());
  budget.Charge(UINT64_MAX);
  CHECK(budget.used() == UINT64_MAX);
  budget.Release(UINT64_MAX);
  budget.Release(1);
  CHECK(budget.used() == 0);
}

TEST_CASE("A reservation is given back once, wherever it was moved") {
  Budget budget("b", 100);
  {
    Reservation kept;
    {
      Reservation first = budget.Reserve(30).value();
      Reservation second = std::move(first);
      CHECK(second.amount() == 30);
      CHECK(first.amount() == 0);
      kept = std::move(second);
    }
    CHECK(budget.used() == 30);
    CHECK_FALSE(budget.Reserve(71).ok());
  }
  CHECK(budget.used() == 0);
  Reservation reset = budget.Reserve(10).value();
  reset.Reset();
  CHECK(budget.used() == 0);
}

TEST_CASE("Assigning over a reservation gives the old one back") {
  Budget budget("b", 100);
  Reservation one = budget.Reserve(30).value();
  one = budget.Reserve(50).value();
  CHECK(budget.used() == 50);
}

TEST_CASE("Threads never get more than the cap together") {
  Budget budget("b", 10);
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        if (!budget.TryReserve(3).ok()) continue;
        if (budget.used() > 10) std::abort();
        budget.Release(3);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(budget.used() == 0);
}
