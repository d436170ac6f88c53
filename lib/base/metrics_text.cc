#include "base/metrics_text.h"

#include <iterator>

#include "absl/time/time.h"
#include "fmt/format.h"

namespace rill::base {
namespace {

constexpr int kFirstPower = 8;
constexpr int kLastPower = 35;

}  // namespace

void MetricsText::Head(std::string_view name, const char* type, const char* help) {
  fmt::format_to(std::back_inserter(text_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

template <typename Value>
void MetricsText::Add(std::string_view name, std::string_view labels, Value value) {
  if (labels.empty()) {
    fmt::format_to(std::back_inserter(text_), "{} {}\n", name, value);
  } else {
    fmt::format_to(std::back_inserter(text_), "{}{{{}}} {}\n", name, labels, value);
  }
}

void MetricsText::Line(std::string_view name, std::string_view labels, std::uint64_t value) {
  if (value == UINT64_MAX) return Add(name, labels, "+Inf");
  Add(name, labels, value);
}

void MetricsText::Line(std::string_view name, std::string_view labels, std::int64_t value) {
  Add(name, labels, value);
}

void MetricsText::Line(std::string_view name, std::string_view labels, double value) {
  Add(name, labels, value);
}

void MetricsText::Histogram(std::string_view name, std::string_view labels,
                            const LatencyHistogram& histogram) {
  const std::string bucket = fmt::format("{}_bucket", name);
  const std::string before = labels.empty() ? "" : fmt::format("{},", labels);
  for (int power = kFirstPower; power <= kLastPower; ++power) {
    const absl::Duration end = absl::Nanoseconds(std::int64_t{1} << power);
    Line(bucket, fmt::format("{}le=\"{}\"", before, absl::ToDoubleSeconds(end)),
         histogram.CountUpTo(end));
  }
  Line(bucket, before + "le=\"+Inf\"", histogram.count());
  Line(fmt::format("{}_sum", name), labels, absl::ToDoubleSeconds(histogram.sum()));
  Line(fmt::format("{}_count", name), labels, histogram.count());
}

std::string Label(std::string_view name, std::string_view value) {
  std::string label = fmt::format("{}=\"", name);
  for (const char c : value) {
    if (c == '\\' || c == '"') label += '\\';
    if (c == '\n') {
      label += "\\n";
    } else {
      label += c;
    }
  }
  return label += '"';
}

}  // namespace rill::base
