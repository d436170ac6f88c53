#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/remote/bootstrap.h"
#include "wire/messages/metadata.h"

namespace rill::remote {

struct Broker {
  std::int32_t id = 0;
  BrokerAddress address;
  std::string rack;  // empty: none
};

// The brokers of a cluster, by ascending id.
struct Cluster {
  std::string id;
  std::int32_t controller_id = -1;
  std::vector<Broker> brokers;

  // Null where it is none of them.
  const Broker* Find(std::int32_t broker_id) const;
};

// What an answer to Metadata says of the cluster. A port that is none becomes 0, to which nobody
// connects.
Cluster ClusterOf(const wire::MetadataResponse& response);

}  // namespace rill::remote
