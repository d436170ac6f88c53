#include "net/request_series.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "fmt/format.h"
#include "rill/error.h"
#include "wire/api.h"

namespace rill::net {
namespace {

constexpr double kQuantiles[] = {0.5, 0.75, 0.95, 0.98, 0.99, 0.999};

struct Times {
  const char* name;
  LatencyHistogram RequestCounts::*member;
  const char* help;
};

constexpr Times kTimes[] = {
    {"totaltimems", &RequestCounts::total, "From the last byte of a request to that of its answer"},
    {"localtimems", &RequestCounts::local, "What of it the request was worked on"},
    {"remotetimems", &RequestCounts::remote, "What of it the request waited, as for records"},
    {"responsesendtimems", &RequestCounts::send,
     "What of it an answer that goes alone took to be read"},
};

std::string FullName(std::string_view name) {
  return fmt::format("kafka_network_requestmetrics_{}", name);
}

// "Produce", as Kafka has it.
std::string NameOf(const NodeApis::Entry& api) {
  const wire::Api* const known = wire::FindApi(api.key);
  if (known == nullptr) return fmt::format("key {}", api.key);
  constexpr std::string_view kEnd = "Request";
  std::string name = known->request().name;
  if (name.ends_with(kEnd)) name.resize(name.size() - kEnd.size());
  return name;
}

// Kafka tells what consumers fetch from what followers do, and has the sum as well.
std::vector<std::string> LabelsOf(const NodeApis::Entry& api) {
  std::vector<std::string> labels = {base::Label("request", NameOf(api))};
  if (api.key == static_cast<std::int16_t>(wire::ApiKey::kFetch)) {
    labels.push_back(base::Label("request", "FetchConsumer"));
  }
  return labels;
}

void AddCounts(base::MetricsText& page, const MetricsMoment& now) {
  const std::string requests = FullName("requests_total");
  page.Head(requests, "counter", "Requests that were answered, or ended their connection");
  for (const RequestCounts& counts : now.requests) {
    for (const std::string& label : LabelsOf(*counts.api)) {
      for (const auto& [version, count] : counts.versions) {
        page.Line(requests, fmt::format("{},version=\"{}\"", label, version), count);
      }
    }
  }
  const std::string errors = FullName("errors_total");
  page.Head(errors, "counter", "Error codes in answers, NONE among them");
  for (const RequestCounts& counts : now.requests) {
    for (const std::string& label : LabelsOf(*counts.api)) {
      for (const auto& [code, count] : counts.errors) {
        page.Line(errors, fmt::format("{},error=\"{}\"", label, ErrorCodeName(code)), count);
      }
    }
  }
}

void AddSummary(base::MetricsText& page, const std::string& name, const std::string& label,
                const LatencyHistogram& all, const LatencyHistogram& lately) {
  for (const double quantile : kQuantiles) {
    page.Line(name, fmt::format("{},quantile=\"{}\"", label, quantile),
              absl::ToDoubleMilliseconds(lately.Quantile(quantile)));
  }
  page.Line(name + "_sum", label, absl::ToDoubleMilliseconds(all.sum()));
  page.Line(name + "_count", label, all.count());
}

void AddTimes(base::MetricsText& page, const Times& times, const MetricsMoment& now,
              const MetricsMoment& earlier) {
  const std::string name = FullName(times.name);
  page.Head(name, "summary", times.help);
  for (const RequestCounts& counts : now.requests) {
    const LatencyHistogram& all = counts.*times.member;
    const RequestCounts* const before = earlier.Find(counts.api);
    const LatencyHistogram lately = before == nullptr ? all : all.Since(before->*times.member);
    for (const std::string& label : LabelsOf(*counts.api)) {
      AddSummary(page, name, label, all, lately);
    }
  }
}

}  // namespace

void AddRequestSeries(base::MetricsText& page, const MetricsMoment& now,
                      const MetricsMoment& earlier) {
  AddCounts(page, now);
  for (const Times& times : kTimes) AddTimes(page, times, now, earlier);
  const std::string own = "rill_node_request_latency_seconds";
  page.Head(own, "histogram", "From the last byte of a request to that of its answer");
  for (const RequestCounts& counts : now.requests) {
    page.Histogram(own, base::Label("request", NameOf(*counts.api)), counts.total);
  }
}

}  // namespace rill::net
