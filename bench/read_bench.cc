#include <benchmark/benchmark.h>

#include "bench_log.h"
#include "steady_state.h"

namespace rill::bench {
namespace {

// Every record's key, value and timestamp, from the first to the last.
void Scan(benchmark::State& state, Place place) {
  BenchLog log(place);
  const std::string batch = MakeBatch();
  const std::uint64_t bytes = place == Place::kMem ? kMemScanBytes : kFileScanBytes;
  while (log.partition().size_bytes() < bytes) {
    Require(log.partition().AppendBatch(batch).status());
  }
  Require(log.partition().Flush());  // writing it out is not to be measured with the scan
  const SteadyState steady;
  for (auto _ : state) {
    std::int64_t offset = 0;
    std::int64_t sum = 0;
    while (offset < log.partition().high_watermark()) {
      const Records records = Require(log.partition().Read(offset));
      for (const Record& record : records) {
        sum += record.timestamp_ms() + static_cast<std::int64_t>(record.key().size());
        const std::string_view value = record.value();
        std::int64_t first = 0;
        std::memcpy(&first, value.data(), sizeof first);
        sum += first + static_cast<std::int64_t>(value.size());
      }
      offset = records.ranges().front().next_offset;
    }
    benchmark::DoNotOptimize(sum);
  }
  RequireSteady(state, steady.Stop(),
                static_cast<double>(state.iterations()) *
                    static_cast<double>(log.partition().high_watermark()));
  state.SetBytesProcessed(
      static_cast<std::int64_t>(state.iterations() * log.partition().size_bytes()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) *
                          log.partition().high_watermark());
}

}  // namespace

void RegisterReads() {
  for (const Place place : {Place::kMem, Place::kFile}) {
    const std::string where = place == Place::kMem ? "/mem" : "/file";
    benchmark::RegisterBenchmark(("read/scan" + where).c_str(), Scan, place)
        ->Iterations(2)
        ->UseRealTime();
  }
}

}  // namespace rill::bench
