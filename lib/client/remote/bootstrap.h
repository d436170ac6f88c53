#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace rill::remote {

// What a host begins with that is the path of a socket in the file system.
inline constexpr std::string_view kUnixPrefix = "unix:";

// Where a broker listens.
struct BrokerAddress {
  // Without the brackets of an address with colons; or "unix:<path>", and then there is no port.
  std::string host;
  std::uint16_t port = 0;

  bool is_unix() const { return host.starts_with(kUnixPrefix); }

  friend bool operator==(const BrokerAddress&, const BrokerAddress&) = default;
};

// "host:port", with brackets about a host with colons; "unix:<path>".
std::string ToString(const BrokerAddress& address);

// What Kafka's clients take for bootstrap.servers: "host:port" or "[address]:port", with commas
// between; what stands before "://" is passed over, as they do. And, of rill's own, "unix:<path>".
// InvalidArgument where there is none, or one is no address.
absl::StatusOr<std::vector<BrokerAddress>> ParseBootstrap(std::string_view servers);

}  // namespace rill::remote
