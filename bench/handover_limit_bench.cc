#include <benchmark/benchmark.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>

#include "latency.h"

// What a hand-over between two threads costs at the least: the yardsticks for pubsub.
namespace rill::bench {
namespace {

// The number itself goes over, in a cache line of its own, and the receiver looks all the time.
class SpinningLine {
 public:
  void Publish(std::int64_t number) { line_.store(number, std::memory_order_release); }
  std::int64_t Receive() {
    std::int64_t seen = 0;
    while ((seen = line_.load(std::memory_order_acquire)) == last_) {
    }
    return last_ = seen;
  }

 private:
  alignas(64) std::atomic<std::int64_t> line_ = 0;
  alignas(64) std::int64_t last_ = 0;  // the receiver's
};

// The same, and the receiver sleeps until it is woken.
class FutexLine {
 public:
  void Publish(std::int64_t number) {
    word_.store(static_cast<std::uint32_t>(number), std::memory_order_release);
    ::syscall(SYS_futex, &word_, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX, nullptr, nullptr, 0);
  }
  std::int64_t Receive() {
    std::uint32_t seen = 0;
    while ((seen = word_.load(std::memory_order_acquire)) == last_) {
      ::syscall(SYS_futex, &word_, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, seen, nullptr, nullptr, 0);
    }
    return last_ = seen;
  }

 private:
  alignas(64) std::atomic<std::uint32_t> word_ = 0;
  alignas(64) std::uint32_t last_ = 0;  // the receiver's
};

template <typename Line, Wake kWake>
void Limit(benchmark::State& state) {
  Line there;
  Line back;
  HandOver(state, there, back, kWake);
}

}  // namespace

void RegisterHandOverLimits() {
  benchmark::RegisterBenchmark("limit/spin", Limit<SpinningLine, Wake::kSpin>)
      ->Iterations(kSpinHandOvers)
      ->UseRealTime();
  benchmark::RegisterBenchmark("limit/futex", Limit<FutexLine, Wake::kBlock>)
      ->Iterations(kBlockHandOvers)
      ->UseRealTime();
}

}  // namespace rill::bench
