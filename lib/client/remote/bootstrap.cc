#include "client/remote/bootstrap.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "base/parse_number.h"
#include "fmt/format.h"

namespace rill::remote {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

// A path may have commas: only another socket is behind one.
std::size_t EndOfFirst(std::string_view servers) {
  const bool is_socket = Trimmed(servers).starts_with(kUnixPrefix);
  std::size_t end = servers.find(',');
  while (is_socket && end != std::string_view::npos &&
         !Trimmed(servers.substr(end + 1)).starts_with(kUnixPrefix)) {
    end = servers.find(',', end + 1);
  }
  return std::min(end, servers.size());
}

std::optional<BrokerAddress> ParseAddress(std::string_view text) {
  if (text.starts_with(kUnixPrefix) && text.size() > kUnixPrefix.size()) {
    return BrokerAddress{std::string(text), 0};
  }
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
    text.remove_prefix(scheme + 3);
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = base::ParseNumber<std::uint16_t>(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (!port || *port == 0 || host.empty() || host.find_first_of("/[]") != std::string_view::npos) {
    return std::nullopt;
  }
  return BrokerAddress{std::string(host), *port};
}

}  // namespace

std::string ToString(const BrokerAddress& address) {
  if (address.is_unix()) return address.host;
  const bool has_colons = address.host.find(':') != std::string::npos;
  return has_colons ? fmt::format("[{}]:{}", address.host, address.port)
                    : fmt::format("{}:{}", address.host, address.port);
}

absl::StatusOr<std::vector<BrokerAddress>> ParseBootstrap(std::string_view servers) {
  std::vector<BrokerAddress> addresses;
  for (std::string_view rest = servers; !rest.empty();) {
    const std::size_t end = EndOfFirst(rest);
    const std::string_view word = Trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(rest.size(), end + 1));
    if (word.empty()) continue;
    auto address = ParseAddress(word);
    if (!address) {
      return absl::InvalidArgumentError(fmt::format(
          "Invalid url in bootstrap.servers: {}: write it as localhost:9092 or [::1]:9092", word));
    }
    addresses.push_back(*std::move(address));
  }
  if (addresses.empty()) {
    return absl::InvalidArgumentError(
        "No resolvable bootstrap urls given in bootstrap.servers: write localhost:9092, or several "
        "with commas between");
  }
  return addresses;
}

}  // namespace rill::remote
