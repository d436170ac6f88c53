#pragma once

#include <chrono>

namespace rill::base {

using Nanos = std::chrono::nanoseconds;

// Tells the processor that this thread only waits, for some tens of nanoseconds.
inline void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits without sleeping, for so long that no line of memory need be looked at meanwhile. What the
// clock says at the end.
inline std::chrono::steady_clock::time_point PauseFor(Nanos wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= until) return now;
    Pause();
  }
}

}  // namespace rill::base
