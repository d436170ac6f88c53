#include <benchmark/benchmark.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench_log.h"
#include "latency.h"

// Several threads at once: what two append beside what one does, and what a reader at the end of
// the log costs the one that appends.
namespace rill::bench {
namespace {

// How records are appended: each alone, when Append returns, or by Send, in batches.
enum class By { kPartition, kProducer };

constexpr std::uint64_t kRecordBytes = kValueBytes + 9;
constexpr std::int64_t kRecords = 3'000'000;  // a thread

void AppendRecords(BenchLog& log, std::int32_t index, By by) {
  const std::string value(kValueBytes, 'v');
  if (by == By::kPartition) {
    Partition partition = Require(log.topic().partition(index));
    const RecordData record = {.value = value};
    for (std::int64_t i = 0; i < kRecords; ++i) Require(partition.Append({&record, 1}).status());
    return;
  }
  Producer producer = Require(
      log.engine().NewProducer({.linger = absl::Milliseconds(5), .batch_size = kBatchBytes}));
  for (std::int64_t i = 0; i < kRecords; ++i) {
    producer.Send(log.topic(), {.value = value, .partition = index});
  }
  Require(producer.Flush());
}

// A thread for each of `partitions`, where a number may stand twice, on a processor of its own. The
// time is from their common start to the end of the last.
void AppendInThreads(benchmark::State& state, BenchLog& log,
                     const std::vector<std::int32_t>& partitions, By by) {
  std::atomic<std::size_t> ready = 0;
  std::atomic<bool> go = false;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    threads.emplace_back([&, i] {
      const PinnedTo pinned(static_cast<int>(i));
      ready.fetch_add(1);
      while (!go.load()) std::this_thread::yield();
      AppendRecords(log, partitions[i], by);
    });
  }
  while (ready.load() < partitions.size()) std::this_thread::yield();
  for (auto _ : state) {
    go.store(true);
    for (std::thread& thread : threads) thread.join();
  }
  const auto records = kRecords * static_cast<std::int64_t>(partitions.size());
  state.SetItemsProcessed(records);
  state.SetBytesProcessed(records * static_cast<std::int64_t>(kRecordBytes));
}

void OneThread(benchmark::State& state, Place place, By by) {
  BenchLog log(place);
  AppendInThreads(state, log, {0}, by);
}

void TwoPartitions(benchmark::State& state, Place place, By by) {
  BenchLog log(place, 2);
  AppendInThreads(state, log, {0, 1}, by);
}

void OnePartition(benchmark::State& state, Place place, By by) {
  BenchLog log(place);
  AppendInThreads(state, log, {0, 0}, by);
}

// Reads what comes, and sleeps where nothing does, until it was given kRecords.
void ReadAtTail(BenchLog& log) {
  Consumer consumer = Require(log.engine().NewConsumer({.reset = kEarliest}));
  Require(consumer.Assign({TopicPartition{log.topic().name(), 0}}));
  std::int64_t seen = 0;
  while (seen < kRecords) {
    const Records records = Require(consumer.Poll(absl::InfiniteDuration()));
    for (const Record& record : records) {
      benchmark::DoNotOptimize(record.value().data());
      ++seen;
    }
  }
}

void WithReader(benchmark::State& state, Place place, By by) {
  BenchLog log(place);
  std::thread reader([&] {
    const PinnedTo pinned(1);
    ReadAtTail(log);
  });
  AppendInThreads(state, log, {0}, by);
  reader.join();
}

}  // namespace

void RegisterParallel() {
  using Run = void (*)(benchmark::State&, Place, By);
  constexpr std::pair<const char*, Run> kRuns[] = {{"one_thread", OneThread},
                                                   {"two_partitions", TwoPartitions},
                                                   {"one_partition", OnePartition},
                                                   {"with_reader", WithReader}};
  for (const Place place : {Place::kMem, Place::kFile}) {
    for (const By by : {By::kPartition, By::kProducer}) {
      for (const auto& [name, run] : kRuns) {
        const std::string how = by == By::kPartition ? "sync" : "producer";
        const std::string where = place == Place::kMem ? "/mem" : "/file";
        benchmark::RegisterBenchmark(("parallel/" + how + "/" + name + where).c_str(), run, place,
                                     by)
            ->Iterations(1)
            ->UseRealTime();
      }
    }
  }
}

}  // namespace rill::bench
