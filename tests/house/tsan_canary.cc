// Proof that a ThreadSanitizer run means something. "guarded" must be clean: what an absl::Mutex
// orders is no race. "bare" must be reported: nothing orders it.

#include <cstring>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

namespace {

struct Shared {
  absl::Mutex mutex;
  absl::CondVar changed;
  absl::Notification done;
  int bare = 0;
  int guarded = 0;
  int told = 0;
};

void Guarded(Shared& shared) {
  for (int i = 0; i < 1000; ++i) {
    absl::MutexLock lock(&shared.mutex);
    ++shared.guarded;
    shared.changed.SignalAll();
  }
}

bool EnoughGuarded(Shared* shared) { return shared->guarded >= 3000; }
bool Never(Shared*) { return false; }

// Waits that nothing ends: each must give the mutex up and have it again once.
void WaitInVain(Shared& shared) {
  const absl::Condition never(Never, &shared);
  shared.mutex.LockWhenWithTimeout(never, absl::Milliseconds(1));
  ++shared.guarded;
  shared.mutex.AwaitWithTimeout(never, absl::Milliseconds(1));
  ++shared.guarded;
  while (!shared.changed.WaitWithTimeout(&shared.mutex, absl::Milliseconds(1))) {
  }
  ++shared.guarded;
  shared.mutex.Unlock();
}

int RunGuarded(Shared& shared) {
  std::thread first([&] { Guarded(shared); });
  std::thread second([&] { Guarded(shared); });
  std::thread third([&] {
    WaitInVain(shared);
    absl::MutexLock lock(&shared.mutex);
    while (shared.guarded < 1000) shared.changed.Wait(&shared.mutex);
    while (shared.guarded < 2000) {
      shared.changed.WaitWithTimeout(&shared.mutex, absl::Milliseconds(10));
    }
    shared.guarded += 1000;
    shared.told = 1;
    shared.done.Notify();
  });
  {
    absl::MutexLock lock(&shared.mutex, absl::Condition(EnoughGuarded, &shared));
    ++shared.guarded;
  }
  shared.done.WaitForNotification();
  const int told = shared.told;
  first.join();
  second.join();
  third.join();
  return shared.guarded == 3004 && told == 1 ? 0 : 1;
}

int RunBare(Shared& shared) {
  std::thread first([&] { ++shared.bare; });
  std::thread second([&] { ++shared.bare; });
  first.join();
  second.join();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Shared shared;
  return argc > 1 && std::strcmp(argv[1], "bare") == 0 ? RunBare(shared) : RunGuarded(shared);
}
