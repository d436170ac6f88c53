// An application that is watched: records go through a topic, and what the engine counts meanwhile
// goes every second to a file that the node exporter picks up (--collector.textfile.directory), and
// in a line to the operator.
//
//   metrics <file.prom> [seconds]
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "rill/rill.h"

namespace {

// Whoever reads the file sees the old page or the new one.
absl::Status WritePage(const std::string& path, const std::string& page) {
  const std::string fresh = path + ".new";
  std::ofstream file(fresh, std::ios::binary);
  if (!(file << page) || (file.close(), !file)) {
    return absl::UnavailableError("cannot write " + fresh);
  }
  std::error_code error;
  std::filesystem::rename(fresh, path, error);
  return error ? absl::UnavailableError("cannot replace " + path) : absl::OkStatus();
}

absl::Status Report(const rill::Engine& engine, const std::string& path,
                    rill::EngineMetrics& before) {
  const rill::EngineMetrics now = engine.Metrics();
  const rill::LatencyHistogram appends = now.append_latency.Since(before.append_latency);
  fmt::print("{} records in, {} out, 99.9% of appends within {}, disk {} bytes\n",
             now.appended_records - before.appended_records, now.read_records - before.read_records,
             absl::FormatDuration(appends.Quantile(0.999)), now.disk_bytes);
  before = now;
  return WritePage(path, rill::FormatPrometheus(now, engine.MetricsOfPartitions()));
}

// The application's work, one turn of it.
absl::Status Work(rill::Producer& producer, const rill::Topic& orders, rill::Consumer& billing) {
  for (int i = 0; i < 1000; ++i) producer.Send(orders, {.key = "seoul", .value = "coffee"});
  if (auto status = producer.Flush(); !status.ok()) return status;
  absl::SleepFor(absl::Milliseconds(10));
  const auto records = billing.Poll(absl::Seconds(1));
  return records.ok() ? billing.Commit(*records) : records.status();
}

absl::Status Run(const std::string& path, absl::Duration duration) {
  auto engine = rill::Open("mem:");
  if (!engine.ok()) return engine.status();
  auto orders = engine->CreateTopic(
      "orders", {.partitions = 3,
                 .configs = {{"segment.bytes", "4194304"}, {"retention.bytes", "16777216"}}});
  if (!orders.ok()) return orders.status();
  auto producer = engine->NewProducer({.linger = absl::Milliseconds(5)});
  if (!producer.ok()) return producer.status();
  auto billing = engine->Subscribe("billing", {"orders"},
                                   {.reset = rill::kEarliest, .max_poll_records = 1000});
  if (!billing.ok()) return billing.status();

  rill::EngineMetrics before;
  const absl::Time end = absl::Now() + duration;
  for (absl::Time next = absl::Now(); absl::Now() < end;) {
    if (auto status = Work(*producer, *orders, *billing); !status.ok()) return status;
    if (absl::Now() < next) continue;
    next += absl::Seconds(1);
    if (auto status = Report(*engine, path, before); !status.ok()) return status;
  }
  if (auto status = Report(*engine, path, before); !status.ok()) return status;
  return engine->Close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: metrics <file.prom> [seconds]\n");
    return 2;
  }
  const double seconds = argc > 2 ? std::atof(argv[2]) : 10;
  const absl::Status status = Run(argv[1], absl::Seconds(seconds));
  if (!status.ok()) fmt::print(stderr, "metrics: {}\n", status.ToString());
  return status.ok() ? 0 : 1;
}
