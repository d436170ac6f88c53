#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace rill::net {

// Where somebody listens.
struct HostPort {
  std::string host;  // without the brackets of an address with colons
  std::uint16_t port = 0;

  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// "host:port", "[address]:port"; an empty host stays empty. InvalidArgument says what is wrong.
absl::StatusOr<HostPort> ParseHostPort(std::string_view text);
std::string ToString(const HostPort& place);

// Whether it is all addresses of the machine, which no client can connect to.
bool IsAnyAddress(std::string_view host);

}  // namespace rill::net
