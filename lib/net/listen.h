#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "asio/io_context.hpp"
#include "asio/ip/tcp.hpp"
#include "net/host_port.h"

namespace rill::net {

// Listens there; without a host at all addresses of the machine, of both kinds where it has both;
// port 0 takes one that is free. AlreadyExists where somebody else does, PermissionDenied,
// Unavailable.
absl::StatusOr<std::unique_ptr<asio::ip::tcp::acceptor>> ListenOn(asio::io_context& io,
                                                                  const HostPort& place);

}  // namespace rill::net
