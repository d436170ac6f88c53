#pragma once

#include <string>

#include "net/call.h"

namespace rill::net {

// What a node and its engine do, in Prometheus's text format: rill's own series
// (docs/guide/metrics.md) and behind them those that dashboards for Kafka look for, by the names
// that Kafka's own metrics get in Prometheus. Of each partition where there are few.
std::string MetricsPage(const NodeContext& node, int connections);

}  // namespace rill::net
