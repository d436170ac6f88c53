#pragma once

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "bench_log.h"
#include "peer.h"

// The measurement, the same for all. A queue Q has
//   Q::Writer, with Put(std::string_view) and Flush(), for the thread that writes;
//   Q::Reader, with Take(callback), for the thread that reads: gives the callback a pointer to each
//     record that is there, without waiting, and returns how many they were;
// both made from a Q in the thread that uses them.
namespace rill::bench {

inline std::int64_t NowNs() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

// Reads until `count` records came, each of which must be the next; calls `each` with it.
template <typename Q, typename Each>
void ReadAll(Q& queue, std::int64_t count, Each each) {
  typename Q::Reader reader(queue);
  std::int64_t next = 0;
  while (next < count) {
    reader.Take([&](const char* bytes) {
      const Stamp stamp = StampOf(bytes);
      if (stamp.number != next++) Require(absl::DataLossError("a record is missing, or twice"));
      each(stamp);
    });
  }
}

// As many as can be, from the first Put until the reader has the last.
template <typename Q>
double RecordsPerSecond(Q& queue, std::int64_t count) {
  std::thread reader([&] { ReadAll(queue, count, [](const Stamp&) {}); });
  typename Q::Writer writer(queue);
  const std::int64_t begin = NowNs();
  Message record = {};
  for (; record.stamp.number < count; ++record.stamp.number) writer.Put(record.bytes());
  writer.Flush();
  reader.join();
  return static_cast<double>(count) * 1e9 / static_cast<double>(NowNs() - begin);
}

// One record each kPaceNs. The time counts from when the record was due, so that a writer that was
// held up does not hide what waits behind it.
template <typename Q>
std::vector<std::int64_t> Latencies(Q& queue, std::int64_t count) {
  std::vector<std::int64_t> latencies(static_cast<std::size_t>(count));
  std::thread reader([&] {
    ReadAll(queue, count, [&](const Stamp& stamp) {
      latencies[static_cast<std::size_t>(stamp.number)] = NowNs() - stamp.due_ns;
    });
  });
  typename Q::Writer writer(queue);
  Message record = {};
  record.stamp.due_ns = NowNs() + 10'000'000;
  for (; record.stamp.number < count; ++record.stamp.number, record.stamp.due_ns += kPaceNs) {
    while (NowNs() < record.stamp.due_ns) {
    }
    writer.Put(record.bytes());
  }
  writer.Flush();
  reader.join();
  // The first tenth warms up, here as in the programs in Java.
  latencies.erase(latencies.begin(), latencies.begin() + count / 10);
  return latencies;
}

template <typename Q>
Result RunBoth(const Work& work) {
  Result result;
  {
    Q queue;
    result.records_per_second = RecordsPerSecond(queue, work.records);
  }
  Q queue;
  result.latencies_ns = Latencies(queue, work.paced_records);
  return result;
}

template <typename Q>
Result RunFast(const Work& work) {
  Q queue;
  return {RecordsPerSecond(queue, work.records), {}};
}

}  // namespace rill::bench
