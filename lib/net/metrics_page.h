#pragma once

#include <string>

#include "engine/local_engine.h"

namespace rill::net {

// What a node's engine does, in Prometheus's text format: rill's own series (docs/guide/metrics.md)
// and behind them those that dashboards for Kafka look for, by the names that Kafka's own metrics
// get in Prometheus. Of each partition where there are few.
std::string MetricsPage(const engine::LocalEngine& engine, int connections);

}  // namespace rill::net
