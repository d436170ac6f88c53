#include "rill/node.h"

#include <utility>

#include "client/engine_access.h"
#include "engine/local_engine.h"
#include "net/listeners.h"
#include "net/server.h"

namespace rill {

absl::StatusOr<Node> Node::Start(const Engine& engine, const NodeOptions& options) {
  const auto& local = EngineAccess::Local(engine);
  if (local == nullptr) {
    return absl::FailedPreconditionError(
        "this Engine was moved from, or is over a cluster: a node serves topics of its process");
  }
  if (auto may = local->CheckMayWrite(); !may.ok()) return may;
  auto server = net::Server::Start(local, options);
  if (!server.ok()) return server.status();
  return Node(*std::move(server));
}

Node::Node(std::unique_ptr<net::Server> server) : server_(std::move(server)) {}
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(Node&&) noexcept = default;
Node::~Node() = default;

std::uint16_t Node::port() const {
  const auto listeners = server_->listeners();
  return listeners.empty() ? std::uint16_t{0} : listeners.front().at.port;
}

std::string Node::listeners() const { return net::ListenersText(server_->listeners()); }

std::string Node::advertised_listeners() const { return net::AdvertisedText(server_->listeners()); }

std::uint16_t Node::http_port() const { return server_->http_port(); }

int Node::connections() const { return server_->connections(); }

absl::Status Node::Stop() { return server_->Stop(); }

}  // namespace rill
