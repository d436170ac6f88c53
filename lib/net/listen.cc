#include "net/listen.h"

#include <string>

#include "asio/ip/v6_only.hpp"
#include "fmt/format.h"

namespace rill::net {
namespace {

using asio::ip::tcp;

absl::Status ListenError(const HostPort& place, const asio::error_code& error) {
  const std::string text = fmt::format("cannot listen on {}: {}", ToString(place), error.message());
  if (error == asio::error::address_in_use) return absl::AlreadyExistsError(text);
  if (error == asio::error::access_denied) return absl::PermissionDeniedError(text);
  return absl::UnavailableError(text);
}

absl::StatusOr<std::unique_ptr<tcp::acceptor>> ListenAt(asio::io_context& io,
                                                        const tcp::endpoint& endpoint,
                                                        const HostPort& place) {
  asio::error_code error;
  auto acceptor = std::make_unique<tcp::acceptor>(io);
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && place.host.empty() && endpoint.protocol() == tcp::v6()) {
    acceptor->set_option(asio::ip::v6_only(false), error);
  }
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(tcp::acceptor::max_listen_connections, error);
  if (error) return ListenError(place, error);
  return acceptor;
}

}  // namespace

absl::StatusOr<std::unique_ptr<tcp::acceptor>> ListenOn(asio::io_context& io,
                                                        const HostPort& place) {
  if (place.host.empty()) {
    auto both = ListenAt(io, tcp::endpoint(tcp::v6(), place.port), place);
    if (!absl::IsUnavailable(both.status())) return both;
    return ListenAt(io, tcp::endpoint(tcp::v4(), place.port), place);  // without IPv6
  }
  asio::error_code error;
  tcp::resolver resolver(io);
  const auto found =
      resolver.resolve(place.host, fmt::format("{}", place.port), tcp::resolver::passive, error);
  if (error) return ListenError(place, error);
  return ListenAt(io, found.begin()->endpoint(), place);
}

}  // namespace rill::net
