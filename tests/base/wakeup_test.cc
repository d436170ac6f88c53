#include "base/wakeup.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

#include "catch.h"

using rill::base::Deadline;
using rill::base::DeadlineAfter;
using rill::base::SharedWakeup;
using rill::base::Wakeup;

TEST_CASE("A wait ends at its deadline when nobody notifies") {
  Wakeup wakeup;
  const auto ticket = wakeup.Prepare();
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(wakeup.Wait(ticket, DeadlineAfter(absl::Milliseconds(20))));
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(20));
  CHECK_FALSE(wakeup.Wait(ticket, DeadlineAfter(absl::ZeroDuration())));
  CHECK_FALSE(wakeup.Wait(ticket, Deadline{}));
  CHECK_FALSE(wakeup.Wait(ticket, Deadline::min()));
}

TEST_CASE("A notification between prepare and wait is not lost") {
  Wakeup wakeup;
  const auto first = wakeup.Prepare();
  const auto second = wakeup.Prepare();
  wakeup.Notify();
  const auto later = wakeup.Prepare();
  CHECK(wakeup.Wait(first, Deadline::max()));
  CHECK(wakeup.Wait(second, Deadline::max()));
  CHECK_FALSE(wakeup.Wait(later, DeadlineAfter(absl::Milliseconds(1))));
}

TEST_CASE("A notification before prepare does not end the wait") {
  Wakeup wakeup;
  wakeup.Notify();
  wakeup.Notify();
  CHECK_FALSE(wakeup.Wait(wakeup.Prepare(), DeadlineAfter(absl::Milliseconds(1))));
}

TEST_CASE("One notification wakes every thread that sleeps") {
  Wakeup wakeup;
  std::atomic<bool> go = false;
  std::vector<std::thread> threads;
  for (int n = 0; n < 5; ++n) {
    threads.emplace_back([&] {
      while (!go) {
        const auto ticket = wakeup.Prepare();
        if (go) break;
        wakeup.Wait(ticket, Deadline::max());
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  go = true;
  wakeup.Notify();
  for (auto& thread : threads) thread.join();
}

// Two threads hand a number to and fro; a single lost wake-up leaves both asleep for good.
TEST_CASE("No wake-up is lost over many hand-overs with an atomic condition") {
  constexpr std::int64_t kRounds = 50'000;
  Wakeup wakeup;
  std::atomic<std::int64_t> end = 0;
  const auto play = [&](std::int64_t parity) {
    for (std::int64_t turn = parity; turn < 2 * kRounds; turn += 2) {
      while (end != turn) {
        const auto ticket = wakeup.Prepare();
        if (end == turn) break;
        wakeup.Wait(ticket, Deadline::max());
      }
      end = turn + 1;
      wakeup.Notify();
    }
  };
  std::thread other([&] { play(1); });
  play(0);
  other.join();
  CHECK(end == 2 * kRounds);
}

TEST_CASE("No wake-up is lost over many hand-overs with a condition under a mutex") {
  constexpr std::int64_t kRounds = 20'000;
  Wakeup wakeup;
  std::mutex mu;
  std::int64_t end = 0;
  const auto is = [&](std::int64_t turn) {
    std::lock_guard lock(mu);
    return end == turn;
  };
  const auto play = [&](std::int64_t parity) {
    for (std::int64_t turn = parity; turn < 2 * kRounds; turn += 2) {
      while (!is(turn)) {
        const auto ticket = wakeup.Prepare();
        if (is(turn)) break;
        wakeup.Wait(ticket, Deadline::max());
      }
      {
        std::lock_guard lock(mu);
        end = turn + 1;
      }
      wakeup.Notify();
    }
  };
  std::thread other([&] { play(1); });
  play(0);
  other.join();
  CHECK(is(2 * kRounds));
}

TEST_CASE("A deadline is infinite for a timeout that no clock reaches") {
  CHECK(DeadlineAfter(absl::InfiniteDuration()) == Deadline::max());
  CHECK(DeadlineAfter(absl::Hours(24 * 366 * 1000)) == Deadline::max());
  const auto now = std::chrono::steady_clock::now();
  CHECK(DeadlineAfter(-absl::InfiniteDuration()) >= now);
  CHECK(DeadlineAfter(absl::Seconds(1)) >= now + std::chrono::seconds(1));
}

TEST_CASE("A word that processes share wakes a sleeper in another one") {
  void* const memory =
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  auto* const word = new (memory) std::atomic<std::uint32_t>(0);
  auto* const value = new (word + 1) std::atomic<std::uint32_t>(0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    SharedWakeup wakeup(word);
    for (std::uint32_t seen = 0; seen < 1000;) {
      const auto ticket = wakeup.Prepare();
      const std::uint32_t now = value->load();
      if (now == seen && !wakeup.Wait(ticket, DeadlineAfter(absl::Seconds(30)))) ::_exit(1);
      seen = now;
    }
    ::_exit(0);
  }
  SharedWakeup wakeup(word);
  for (int i = 0; i < 1000; ++i) {
    value->fetch_add(1);
    wakeup.Notify();
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK_FALSE(wakeup.Wait(wakeup.Look(), Deadline::min()));
  ::munmap(memory, 4096);
}
