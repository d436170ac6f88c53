#include "net/listen.h"

#include <string>

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

}  // namespace

absl::StatusOr<std::unique_ptr<tcp::acceptor>> ListenOn(asio::io_context& io,
                                                        const HostPort& place) {
  asio::error_code error;
  tcp::resolver resolver(io);
  const auto found =
      resolver.resolve(place.host, fmt::format("{}", place.port), tcp::resolver::passive, error);
  if (error) return ListenError(place, error);
  const tcp::endpoint endpoint = found.begin()->endpoint();
  auto acceptor = std::make_unique<tcp::acceptor>(io);
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(tcp::acceptor::max_listen_connections, error);
  if (error) return ListenError(place, error);
  return acceptor;
}

}  // namespace rill::net
