#include <benchmark/benchmark.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <memory>

#include "bench_log.h"

namespace {

std::atomic<std::int64_t> syncs = 0;

}  // namespace

// The program's own, in place of the C library's, so that what the log syncs is counted.
extern "C" int msync(void* address, std::size_t length, int flags) {
  syncs.fetch_add(1, std::memory_order_relaxed);
  return static_cast<int>(::syscall(SYS_msync, address, length, flags));
}
extern "C" int fdatasync(int file) {
  syncs.fetch_add(1, std::memory_order_relaxed);
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}

namespace rill::bench {
namespace {

std::unique_ptr<BenchLog> shared_log;

// Records that are flushed before Append returns, from several threads to one partition.
void AppendDurable(benchmark::State& state) {
  if (state.thread_index() == 0) {
    shared_log = std::make_unique<BenchLog>(Place::kFile);
    Require(shared_log->engine().AlterTopicConfigs(shared_log->topic().name(),
                                                   {{"flush.messages", "1"}}));
    syncs = 0;
  }
  const std::string value(kValueBytes, 'v');
  const RecordData record = {.value = value};
  for (auto _ : state) {
    Partition partition = shared_log->partition();
    Require(partition.Append({&record, 1}).status());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  if (state.thread_index() == 0) {
    const auto commits = static_cast<double>(state.iterations() * state.threads());
    state.counters["commits_per_sync"] = commits / static_cast<double>(syncs.load());
    shared_log.reset();
  }
}

BENCHMARK(AppendDurable)->Name("append/durable")->ThreadRange(1, 16)->UseRealTime();

}  // namespace
}  // namespace rill::bench
