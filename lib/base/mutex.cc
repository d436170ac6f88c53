#include "base/mutex.h"

#include <thread>

#include "base/pause.h"

namespace rill::base {

// What is done under these locks takes a fraction of a microsecond; to sleep takes several, and as
// many from who unlocks and has to wake the sleeper. Between two tries the holder locks again, some
// ten times, with all that it stores to still in its processor's cache: of what two threads do in
// turns of one, each line goes over every time (docs/design/locks.md).
void Mutex::LockContended() {
  static const bool is_alone = std::thread::hardware_concurrency() == 1;
  constexpr int kTries = 10;
  constexpr Nanos kBetweenTries = Nanos(2'000);
  for (int i = 0; i < kTries && !is_alone; ++i) {
    PauseFor(kBetweenTries);
    if (mutex_.try_lock()) return;
  }
  mutex_.lock();
}

}  // namespace rill::base
