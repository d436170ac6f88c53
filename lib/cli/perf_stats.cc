#include "cli/perf_stats.h"

#include <algorithm>

#include "cli/java_arguments.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

constexpr std::int64_t kMostLatencies = 500000;
constexpr double kMegabyte = 1024.0 * 1024.0;

}  // namespace

PerfStats::PerfStats(std::ostream& out, std::int64_t records, absl::Duration interval,
                     bool is_steady_state, absl::Time now)
    : out_(out),
      interval_(interval),
      is_steady_state_(is_steady_state),
      sampling_(records / std::min(records, kMostLatencies)),
      all_{.since = now},
      window_{.since = now} {}

void PerfStats::Sum::Add(std::int64_t added_ms, std::size_t added_bytes) {
  ++count;
  bytes += static_cast<std::int64_t>(added_bytes);
  latency_ms += added_ms;
  most_ms = std::max(most_ms, added_ms);
}

void PerfStats::Record(std::int64_t latency_ms, std::size_t bytes, absl::Time now) {
  if (all_.count % sampling_ == 0) latencies_ms_.push_back(latency_ms);
  all_.Add(latency_ms, bytes);
  window_.Add(latency_ms, bytes);
  if (now - window_.since < interval_) return;
  if (is_steady_state_ && all_.count == window_.count) out_ << "In steady state.\n";
  if (!is_suppressed_) PrintWindow(now);
  window_ = {.since = now};
}

void PerfStats::PrintWindow(absl::Time now) {
  const double seconds = absl::ToDoubleSeconds(now - window_.since);
  const auto count = static_cast<double>(window_.count);
  out_ << fmt::format(
      "{} records sent, {} records/sec ({} MB/sec), {} ms avg latency, {} ms max latency.\n",
      window_.count, FormatJavaFixed(count / seconds, 1),
      FormatJavaFixed(static_cast<double>(window_.bytes) / seconds / kMegabyte, 2),
      FormatJavaFixed(static_cast<double>(window_.latency_ms) / count, 1),
      FormatJavaFixed(static_cast<double>(window_.most_ms), 1));
  out_.flush();
}

void PerfStats::PrintTotal(absl::Time now) {
  const double seconds = absl::ToDoubleSeconds(now - all_.since);
  const auto count = static_cast<double>(all_.count);
  std::sort(latencies_ms_.begin(), latencies_ms_.end());
  const auto at = [this](double part) {
    const auto index = static_cast<std::size_t>(part * static_cast<double>(latencies_ms_.size()));
    return latencies_ms_.empty() ? 0 : latencies_ms_[index];
  };
  out_ << fmt::format(
      "{}{} records sent, {} records/sec ({} MB/sec), {} ms avg latency, {} ms max latency, {} ms "
      "50th, {} ms 95th, {} ms 99th, {} ms 99.9th.\n",
      all_.count, is_steady_state_ ? " steady state" : "", FormatJavaFixed(count / seconds, 6),
      FormatJavaFixed(static_cast<double>(all_.bytes) / seconds / kMegabyte, 2),
      FormatJavaFixed(static_cast<double>(all_.latency_ms) / count, 2),
      FormatJavaFixed(static_cast<double>(all_.most_ms), 2), at(0.5), at(0.95), at(0.99),
      at(0.999));
  out_.flush();
}

}  // namespace rill::cli
