#include "client/remote/cluster.h"

#include <algorithm>
#include <limits>

namespace rill::remote {
namespace {

std::uint16_t PortOf(std::int32_t port) {
  const bool is_port = port > 0 && port <= std::numeric_limits<std::uint16_t>::max();
  return is_port ? static_cast<std::uint16_t>(port) : std::uint16_t{0};
}

}  // namespace

const Broker* Cluster::Find(std::int32_t broker_id) const {
  const auto found =
      std::find_if(brokers.begin(), brokers.end(),
                   [broker_id](const Broker& broker) { return broker.id == broker_id; });
  return found == brokers.end() ? nullptr : &*found;
}

Cluster ClusterOf(const wire::MetadataResponse& response) {
  Cluster cluster{response.cluster_id.value_or(""), response.controller_id, {}};
  for (const auto& broker : response.brokers) {
    cluster.brokers.push_back(
        {broker.node_id, {broker.host, PortOf(broker.port)}, broker.rack.value_or("")});
  }
  std::sort(cluster.brokers.begin(), cluster.brokers.end(),
            [](const Broker& a, const Broker& b) { return a.id < b.id; });
  return cluster;
}

}  // namespace rill::remote
