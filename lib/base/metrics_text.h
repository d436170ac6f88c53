#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "rill/latency_histogram.h"

namespace rill::base {

// A page in Prometheus's text format, version 0.0.4, as it grows: each name with its help and its
// type once, and behind them all its lines. `labels` are those of Label, with commas between them;
// "" for none.
class MetricsText {
 public:
  void Head(std::string_view name, const char* type, const char* help);

  // UINT64_MAX is a cap that is none, +Inf.
  void Line(std::string_view name, std::string_view labels, std::uint64_t value);
  void Line(std::string_view name, std::string_view labels, std::int64_t value);
  void Line(std::string_view name, std::string_view labels, double value);

  // In seconds: buckets for every power of two of nanoseconds from 256 ns to 34 s, for which the
  // histogram's own are exact, the sum and the count.
  void Histogram(std::string_view name, std::string_view labels, const LatencyHistogram& histogram);

  std::string Take() && { return std::move(text_); }

 private:
  template <typename Value>
  void Add(std::string_view name, std::string_view labels, Value value);

  std::string text_;
};

// name="value", with what would mean something there escaped.
std::string Label(std::string_view name, std::string_view value);

}  // namespace rill::base
