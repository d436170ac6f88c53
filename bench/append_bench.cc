#include <benchmark/benchmark.h>

#include "bench_log.h"
#include "steady_state.h"

namespace rill::bench {
namespace {

// Sealed batches, as a broker gets them from its clients: validated, then stored.
void AppendBatch(benchmark::State& state, Place place) {
  BenchLog log(place);
  const std::string batch = MakeBatch();
  const SteadyState steady;
  for (auto _ : state) Require(log.partition().AppendBatch(batch).status());
  RequireSteady(state, steady.Stop(), static_cast<double>(log.partition().high_watermark()));
  state.SetBytesProcessed(static_cast<std::int64_t>(log.partition().size_bytes()));
}

// What AppendBatch checks of a batch before its turn comes, alone: the CRC and every record.
void CheckOneBatch(benchmark::State& state) {
  const std::string bytes = MakeBatch();
  const BatchView batch = Require(ParseBatch(bytes));
  for (auto _ : state) Require(ValidateBatch(batch));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * batch.record_count());
}

// One Send a record; the producer makes batches of kBatchBytes of them.
void AppendProducer(benchmark::State& state, Place place) {
  BenchLog log(place);
  Producer producer = Require(
      log.engine().NewProducer({.linger = absl::Milliseconds(5), .batch_size = kBatchBytes}));
  const std::string value(kValueBytes, 'v');
  const SteadyState steady;
  for (auto _ : state) producer.Send(log.topic(), {.value = value});
  RequireSteady(state, steady.Stop(), static_cast<double>(state.iterations()));
  Require(producer.Flush());
  state.SetBytesProcessed(static_cast<std::int64_t>(log.partition().size_bytes()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

// One record a batch, in the log when Send returns.
void AppendSync(benchmark::State& state, Place place) {
  BenchLog log(place);
  Producer producer = Require(log.engine().NewProducer());
  const std::string value(kValueBytes, 'v');
  const SteadyState steady;
  for (auto _ : state) Require(producer.Send(log.topic(), {.value = value}).Wait().status());
  RequireSteady(state, steady.Stop(), static_cast<double>(state.iterations()));
  state.SetBytesProcessed(static_cast<std::int64_t>(log.partition().size_bytes()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

}  // namespace

void RegisterAppends() {
  constexpr std::uint64_t kRecordBytes = kValueBytes + 9;
  benchmark::RegisterBenchmark("check/batch", CheckOneBatch)
      ->Iterations(kAppendBytes / kBatchBytes);
  for (const Place place : {Place::kMem, Place::kFile}) {
    const std::string where = place == Place::kMem ? "/mem" : "/file";
    benchmark::RegisterBenchmark(("append/batch" + where).c_str(), AppendBatch, place)
        ->Iterations(kAppendBytes / kBatchBytes)
        ->UseRealTime();
    benchmark::RegisterBenchmark(("append/producer" + where).c_str(), AppendProducer, place)
        ->Iterations(kAppendBytes / kRecordBytes)
        ->UseRealTime();
    benchmark::RegisterBenchmark(("append/sync" + where).c_str(), AppendSync, place)
        ->Iterations(kAppendBytes / 2 / (kBatchHeaderSize + kRecordBytes))
        ->UseRealTime();
  }
}

}  // namespace rill::bench
