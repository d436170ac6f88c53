#include <benchmark/benchmark.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "bench_log.h"

// From the append in one process to the record in the hands of another, which slept until then.
namespace rill::bench {
namespace {

// Long enough for the other process to be asleep.
constexpr auto kPause = std::chrono::microseconds(200);

std::int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Memory of both processes, beside the log: what the reader has to say, and the bare futex.
struct Exchange {
  std::atomic<std::int64_t> seen = 0;
  std::atomic<std::int64_t> seen_ns = 0;
  std::atomic<std::uint32_t> word = 0;
};

class OtherProcess {
 public:
  explicit OtherProcess(const std::function<void(Exchange&)>& run) {
    void* const memory = ::mmap(nullptr, sizeof(Exchange), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    exchange_ = new (memory) Exchange();
    child_ = ::fork();
    if (child_ < 0) std::abort();
    if (child_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    run(*exchange_);
    ::_exit(0);
  }
  ~OtherProcess() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    ::munmap(exchange_, sizeof(Exchange));
  }

  Exchange& exchange() { return *exchange_; }
  // When the other one saw the `count`-th.
  std::int64_t AwaitSeen(std::int64_t count) const {
    while (exchange_->seen.load() < count) std::this_thread::yield();
    return exchange_->seen_ns.load();
  }

 private:
  Exchange* exchange_;
  pid_t child_;
};

void Report(benchmark::State& state, std::vector<std::int64_t> took_ns) {
  std::sort(took_ns.begin(), took_ns.end());
  const auto at = [&](double part) {
    return static_cast<double>(
        took_ns[static_cast<std::size_t>(part * static_cast<double>(took_ns.size() - 1))]);
  };
  state.counters["p50_ns"] = at(0.5);
  state.counters["p99_ns"] = at(0.99);
}

void Follow(const std::string& folder, Exchange& exchange) {
  const Options options = {.read_only = true, .maintenance = Options::Maintenance::kByCaller};
  absl::StatusOr<Engine> engine = Open(folder, options);
  while (!engine.ok() || !engine->FindTopic("bench").ok()) engine = Open(folder, options);
  Consumer consumer = Require(engine->NewConsumer({.reset = kEarliest}));
  Require(consumer.Assign({{"bench", 0}}));
  for (;;) {
    const Records records = Require(consumer.Poll(absl::Seconds(1)));
    if (records.empty()) continue;
    exchange.seen_ns.store(NowNs());
    exchange.seen.store(records.ranges().back().next_offset);
  }
}

void Published(benchmark::State& state) {
  const ScratchFolder folder;
  OtherProcess reader([&](Exchange& exchange) { Follow(folder.path() + "/data", exchange); });
  Engine engine = Require(Open(folder.path() + "/data"));
  const Topic topic = Require(engine.EnsureTopic("bench", {.partitions = 1}));
  Partition log = Require(topic.partition(0));
  const std::string value(kValueBytes, 'v');
  const RecordData record = {.value = value};
  std::int64_t count = 0;
  std::vector<std::int64_t> took_ns;
  for (auto _ : state) {
    std::this_thread::sleep_for(kPause);
    const std::int64_t sent_ns = NowNs();
    Require(log.Append({&record, 1}).status());
    took_ns.push_back(reader.AwaitSeen(++count) - sent_ns);
    state.SetIterationTime(static_cast<double>(took_ns.back()) / 1e9);
  }
  Report(state, std::move(took_ns));
}

void Futex(benchmark::State& state) {
  OtherProcess sleeper([](Exchange& exchange) {
    for (std::uint32_t had = 0;;) {
      ::syscall(SYS_futex, &exchange.word, FUTEX_WAIT, had, nullptr, nullptr, 0);
      const std::uint32_t now = exchange.word.load();
      if (now == had) continue;
      had = now;
      exchange.seen_ns.store(NowNs());
      exchange.seen.store(now);
    }
  });
  std::int64_t count = 0;
  std::vector<std::int64_t> took_ns;
  for (auto _ : state) {
    std::this_thread::sleep_for(kPause);
    const std::int64_t sent_ns = NowNs();
    sleeper.exchange().word.fetch_add(1);
    ::syscall(SYS_futex, &sleeper.exchange().word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    took_ns.push_back(sleeper.AwaitSeen(++count) - sent_ns);
    state.SetIterationTime(static_cast<double>(took_ns.back()) / 1e9);
  }
  Report(state, std::move(took_ns));
}

BENCHMARK(Futex)->Name("limit/futex_process")->UseManualTime()->Iterations(2000);
BENCHMARK(Published)->Name("pubsub/process")->UseManualTime()->Iterations(2000);

}  // namespace
}  // namespace rill::bench
