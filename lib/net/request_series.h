#pragma once

#include "base/metrics_text.h"
#include "net/metrics_window.h"

namespace rill::net {

// The series of requests: how many of each version came, the errors that they were answered with,
// how long that took, by the names that Kafka's metrics get in Prometheus, whose quantiles are
// those since `earlier`; and a histogram by rill's own.
void AddRequestSeries(base::MetricsText& page, const MetricsMoment& now,
                      const MetricsMoment& earlier);

}  // namespace rill::net
