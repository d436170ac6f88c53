#include "base/mutex.h"

#include <ctime>
#include <thread>
#include <vector>

#include "catch.h"

namespace rill::base {
namespace {

TEST_CASE("What threads do under a mutex that they all want is done in turns") {
  constexpr int kThreads = 4;
  constexpr int kRounds = 20'000;
  Mutex mutex;
  int count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        MutexLock lock(&mutex);
        ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(count == kThreads * kRounds);
}

TEST_CASE("A mutex that is held for long is waited for asleep") {
  Mutex mutex;
  mutex.Lock();
  bool had_it = false;
  timespec awake = {};
  std::thread waiter([&] {
    MutexLock lock(&mutex);
    had_it = true;
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &awake);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // longer than it tries awake
  CHECK_FALSE(had_it);
  mutex.Unlock();
  waiter.join();
  CHECK(had_it);
  CHECK(awake.tv_sec == 0);
  CHECK(awake.tv_nsec < 10'000'000);
}

}  // namespace
}  // namespace rill::base
