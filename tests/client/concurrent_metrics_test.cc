// Metrics that are read while everything goes on that they count.

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "concurrent.h"

namespace rill::testing {
namespace {

std::vector<std::uint64_t> Counts(const EngineMetrics& now) {
  std::vector<std::uint64_t> counts = {
      now.appended_records, now.appended_batches, now.appended_bytes, now.append_failures,
      now.read_records,     now.read_bytes,       now.polls,          now.empty_polls,
      now.flush_failures,   now.deleted_segments, now.deleted_bytes};
  for (const LatencyHistogram* histogram : {&now.append_latency, &now.flush_latency,
                                            &now.durable_wait, &now.roll_latency, &now.read_wait}) {
    counts.push_back(histogram->count());
    counts.push_back(static_cast<std::uint64_t>(absl::ToInt64Nanoseconds(histogram->sum())));
  }
  return counts;
}

// Looks at the metrics until it is told to stop. False when a number ever fell.
bool NeverFalls(const Engine& engine, const std::atomic<bool>& stop) {
  std::vector<std::uint64_t> last = Counts(engine.Metrics());
  while (!stop.load()) {
    const std::vector<std::uint64_t> now = Counts(engine.Metrics());
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] < last[i]) return false;
    }
    last = now;
    if (FormatPrometheus(engine.Metrics(), engine.MetricsOfPartitions()).empty()) return false;
  }
  return true;
}

TEST_CASE("Metrics that are read meanwhile never fall, and are exact in the end") {
  constexpr int kAppends = 3000;
  constexpr int kTopics = 30;
  for (const bool in_folder : {false, true}) {
    Place place(in_folder);
    Engine& engine = place.engine;
    const Topic orders = MakeTopic(
        engine, "orders", 2, {{"index.interval.bytes", "0"}, {"segment.index.bytes", "1200"}});
    std::atomic<bool> stop = false;
    std::atomic<int> failures = 0;
    std::atomic<std::uint64_t> read = 0;
    std::atomic<int> at_work = 4;
    InThreads(5, [&](int thread) {
      if (thread == 4) {
        if (!NeverFalls(engine, stop)) ++failures;
        return;
      }
      if (thread < 2) {
        Partition partition = MustGet(orders.partition(thread));
        for (int i = 0; i < kAppends; ++i) {
          const RecordData record = {.value = "some value"};
          if (!partition.Append({&record, 1}).ok()) ++failures;
          if (i % 500 == 0 && !partition.Flush().ok()) ++failures;
        }
      } else if (thread == 2) {
        Consumer consumer = MustGet(engine.NewConsumer({.reset = kEarliest}));
        if (!consumer.Assign({{"orders", 0}, {"orders", 1}}).ok()) ++failures;
        while (read.load() < 2 * kAppends && failures == 0) {
          const auto records = consumer.Poll(kLong);
          if (!records.ok() || records->empty()) ++failures;
          if (records.ok()) read += Values(*records).size();
        }
      } else {
        for (int i = 0; i < kTopics; ++i) {
          const Topic topic = MustGet(engine.CreateTopic("passing", {.partitions = 1}));
          Partition partition = MustGet(topic.partition(0));
          const RecordData record = {.value = "v"};
          if (!partition.Append({&record, 1}).ok()) ++failures;
          if (!engine.DeleteTopic("passing").ok()) ++failures;
        }
      }
      if (--at_work == 0) stop = true;
    });
    CHECK(failures == 0);
    const EngineMetrics now = engine.Metrics();
    CHECK(now.appended_records == 2 * kAppends + kTopics);
    CHECK(now.appended_batches == 2 * kAppends + kTopics);
    CHECK(now.append_failures == 0);
    CHECK(now.read_records == 2 * kAppends);
    CHECK(now.append_latency.count() >= 2 * (kAppends / 64));
    CHECK(now.roll_latency.count() > 0);
  }
}

}  // namespace
}  // namespace rill::testing
