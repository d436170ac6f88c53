#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace rill::remote {

// Where a broker listens.
struct BrokerAddress {
  std::string host;  // without the brackets of an address with colons
  std::uint16_t port = 0;

  friend bool operator==(const BrokerAddress&, const BrokerAddress&) = default;
};

// "host:port", with brackets about a host with colons.
std::string ToString(const BrokerAddress& address);

// What Kafka's clients take for bootstrap.servers: "host:port" or "[address]:port", with commas
// between; what stands before "://" is passed over, as they do. InvalidArgument where there is
// none, or one is no address.
absl::StatusOr<std::vector<BrokerAddress>> ParseBootstrap(std::string_view servers);

}  // namespace rill::remote
