#include "net/host_port.h"

#include <cstdint>

#include "absl/status/status.h"
#include "base/parse_number.h"
#include "fmt/format.h"

namespace rill::net {
namespace {

absl::Status NoPlace(std::string_view text, std::string_view why) {
  // Who gives a port alone means it.
  const std::uint16_t port = base::ParseNumber<std::uint16_t>(text).value_or(9092);
  return absl::InvalidArgumentError(fmt::format(
      "\"{}\" is no host:port: {}; write it as 127.0.0.1:{} or [::1]:{}", text, why, port, port));
}

}  // namespace

absl::StatusOr<HostPort> ParseHostPort(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return NoPlace(text, "it has no port");
  const auto port = base::ParseNumber<std::uint16_t>(text.substr(colon + 1));
  if (!port) return NoPlace(text, "the port is not a number from 0 to 65535");
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']') && host.size() > 2) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of(":[]/") != std::string_view::npos) {
    return NoPlace(text, "an address with colons stands in brackets");
  }
  return HostPort{std::string(host), *port};
}

std::string ToString(const HostPort& place) {
  const bool has_colons = place.host.find(':') != std::string::npos;
  return has_colons ? fmt::format("[{}]:{}", place.host, place.port)
                    : fmt::format("{}:{}", place.host, place.port);
}

bool IsAnyAddress(std::string_view host) {
  return host.empty() || host == "0.0.0.0" || host == "::";
}

}  // namespace rill::net
