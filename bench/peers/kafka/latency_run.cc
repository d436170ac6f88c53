#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "pipeline.h"
#include "runs.h"
#include "usage.h"

namespace rill::bench {
namespace {

// A record says when it was due. (It may be sent later, while the one before it is not answered:
// whoever sends at a fixed rate waits for that, too.)
std::string FrameDue(const Load& load, double due) {
  std::string value(std::max(load.record_bytes, sizeof due), 'x');
  std::memcpy(value.data(), &due, sizeof due);
  BatchBuilder builder;
  if (!builder.Append({.value = value, .timestamp_ms = 1'700'000'000'000}).ok()) std::abort();
  return ProduceFrame(load, 0, *builder.Seal());
}

// When each record in `bytes` was due; returns the offset behind them.
std::int64_t TimesIn(std::string_view bytes, std::int64_t offset, std::vector<double>& times) {
  while (!bytes.empty()) {
    const auto batch = ParseBatch(bytes);
    if (!batch.ok()) break;
    const std::string_view record(batch->data() + kBatchHeaderSize,
                                  batch->size() - kBatchHeaderSize);
    RecordView view;
    const bool is_record = view.Parse(record.data(), record.data() + record.size(),
                                      batch->base_offset(), batch->base_timestamp_ms()) != nullptr;
    if (!is_record || view.value().size() < sizeof(double)) Fail("a record", "not what was sent");
    double sent = 0;
    std::memcpy(&sent, view.value().data(), sizeof sent);
    times.push_back(sent);
    offset = batch->next_offset();
    bytes.remove_prefix(batch->size());
  }
  return offset;
}

double Percentile(const std::vector<double>& sorted, double part) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))] * 1e6;
}

}  // namespace

void RunLatency(const Load& load) {
  MakeTopic(load);
  Pipeline producer(AddressOf(load));
  Pipeline consumer(AddressOf(load));
  std::string first = FrameDue(load, NowSeconds());
  while (!IsProduced(producer.Ask(first))) ::usleep(20'000);
  std::int64_t offset = 1;
  std::string wanted = FetchFrame(0, offset, 500, 1 << 20);
  consumer.Send(wanted);
  std::vector<double> latencies;
  std::string sent;
  const double began = NowSeconds();
  const double warm = began + load.warm_up;
  double next = began;
  double broker_cpu = -1;
  for (double now = began; now < warm + load.seconds; now = NowSeconds()) {
    if (broker_cpu < 0 && now >= warm) broker_cpu = CpuSeconds(load.process);
    if (now >= next && producer.under_way() == 0) {
      sent = FrameDue(load, next);
      producer.Send(sent);
      next += 1 / load.rate;
    }
    // Looks all the time: a load that slept would be measured, too.
    pollfd polled[] = {{producer.descriptor(), POLLIN, 0}, {consumer.descriptor(), POLLIN, 0}};
    if (::poll(polled, 2, 0) <= 0) continue;
    if (polled[0].revents != 0) {
      producer.Receive([](std::string_view answer) { ReadProduced(std::string(answer)); });
    }
    if (polled[1].revents == 0) continue;
    std::vector<double> times;
    consumer.Receive([&](std::string_view answer) {
      const std::string kept(answer);
      const auto fetched = ReadFetched(kept);
      offset = TimesIn(*fetched.records, offset, times);
    });
    const double seen = NowSeconds();
    for (const double time : times) {
      if (time >= warm) latencies.push_back(seen - time);
    }
    if (consumer.under_way() > 0) continue;
    wanted = FetchFrame(0, offset, 500, 1 << 20);
    consumer.Send(wanted);
  }
  std::sort(latencies.begin(), latencies.end());
  fmt::print(
      "{{\"run\": \"latency\", \"records\": {}, \"p50_us\": {:.1f}, \"p99_us\": {:.1f}, "
      "\"p999_us\": {:.1f}, \"max_us\": {:.1f}, \"broker_cpu\": {:.3f}}}\n",
      latencies.size(), Percentile(latencies, 0.5), Percentile(latencies, 0.99),
      Percentile(latencies, 0.999), Percentile(latencies, 1),
      (CpuSeconds(load.process) - broker_cpu) / load.seconds);
}

void RunIdle(const Load& load) {
  constexpr std::size_t kSmallBuffer = std::size_t{64} << 10;
  const std::string frame = VersionsFrame();
  std::vector<std::unique_ptr<Pipeline>> open;
  for (int i = 0; i < load.connections; ++i) {
    open.push_back(std::make_unique<Pipeline>(AddressOf(load), kSmallBuffer));
    open.back()->Ask(frame);
  }
  fmt::print("{{\"run\": \"idle\", \"connections\": {}}}\n", open.size());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}

}  // namespace rill::bench
