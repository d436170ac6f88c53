#pragma once

#include <string>

#include "net/call.h"
#include "net/metrics_window.h"

namespace rill::net {

// What a node and its engine do, in Prometheus's text format: rill's own series
// (docs/guide/metrics.md) and behind them those that dashboards for Kafka look for, by the names
// that Kafka's own metrics get in Prometheus. Of each partition where there are few. Thread-safe.
class MetricsPage {
 public:
  // `node` outlives it.
  explicit MetricsPage(const NodeContext& node);

  std::string Text(int connections);

 private:
  const NodeContext& node_;
  MetricsWindow window_;
};

}  // namespace rill::net
